#include "run/openvino_runtime.h"

namespace qtool {

Complaint no_openvino(const std::string& path) {
  return {.what = "ONNX files are run by OpenVINO, which this qtool does not have",
          .where = path,
          .got = why_no_openvino(),
          .expected = "OpenVINO's library",
          .fix =
              "build again after bash apps/setup.sh --libtorch pip, which installs it; an installed qtool "
              "looks for it "
              "in lib/qtool/openvino beside its bin/"};
}

}  // namespace qtool
