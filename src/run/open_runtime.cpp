#include "run/open_runtime.h"

#include "graph/read/read_model.h"
#include "run/openvino_runtime.h"
#include "run/torchscript_runtime.h"

namespace qtool {

std::unique_ptr<RuntimeModel> open_runtime(const std::string& path) {
  return is_onnx_model(path) ? openvino_runtime(path) : torchscript_runtime(read_model(path));
}

}  // namespace qtool
