#pragma once
#include <string>

#include "graph/model.h"

namespace qtool {

/// Reads a model file of any format that qtool knows, told by its contents and not by its name, in eval mode. Throws
/// Error(kUsage) that says what is wrong: missing, a folder, empty, truncated, a state dict, ONNX, or what a format's
/// reader (torchscript.h) refuses.
[[nodiscard]] Model read_model(const std::string& path);

/// Whether the file is an ONNX model, which OpenVINO runs (run/open_runtime.h) and which is not read for more than
/// what it says of itself (onnx_file.h). Throws Error(kUsage) where it is no file at all.
[[nodiscard]] bool is_onnx_model(const std::string& path);

}  // namespace qtool
