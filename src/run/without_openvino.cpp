#include "run/openvino_runtime.h"

namespace qtool {

std::unique_ptr<RuntimeModel> openvino_runtime(const std::string& path) {
  throw Error(ErrorKind::kMachine, no_openvino(path));
}

std::string why_no_openvino() { return "it was not there when this qtool was built"; }

}  // namespace qtool
