#pragma once
#include <memory>
#include <string>

#include "run/runtime_model.h"

namespace qtool {

/// A model file by the runtime of its format, told by its contents: ONNX by OpenVINO, anything else that read_model()
/// reads by LibTorch. Throws what these throw.
[[nodiscard]] std::unique_ptr<RuntimeModel> open_runtime(const std::string& path);

}  // namespace qtool
