#pragma once
#include <string>

#include "graph/model.h"

namespace qtool {

/// Reads a model file of any format that qtool knows, told by its contents and not by its name, in eval mode. Throws
/// Error(kUsage) that says what is wrong: missing, a folder, empty, truncated, a state dict, ONNX, or what a format's
/// reader (torchscript.h) refuses.
[[nodiscard]] Model read_model(const std::string& path);

}  // namespace qtool
