#pragma once
#include <string_view>

namespace qtool::onnx {

/// How many inputs an operator of ONNX's own has at least, in any opset up to 28. OpenVINO reads those of some without
/// a look at how many there are. One for an operator that is not known.
[[nodiscard]] int fewest_inputs(std::string_view op);

}  // namespace qtool::onnx
