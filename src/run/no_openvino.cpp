#include "run/openvino_runtime.h"

namespace qtool {

Complaint no_openvino(const std::string& why) {
  return {.what = "ONNX files are run by OpenVINO, which this qtool does not have",
          .got = why,
          .expected = "OpenVINO's library",
          .fix = "build again after bash apps/setup.sh --libtorch pip, which installs it"};
}

}  // namespace qtool
