#pragma once
#include <string>

#include "export/onnx/onnx_model.h"

namespace qtool::onnx {

/// A line for each node, `y = Conv(x, w) group=1`, then `-> y` for each output.
[[nodiscard]] std::string text_of(const Model& model);

}  // namespace qtool::onnx
