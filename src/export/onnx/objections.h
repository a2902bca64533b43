#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool::onnx {

/// What of a canonical model has no ONNX form, a sentence each with the operator's name and its line of the source.
/// Operators whose form hangs on shapes are asked once there are some (convert() in write_onnx.h), and so is what
/// stands in an if, which constants may decide.
[[nodiscard]] std::vector<std::string> objections(const qtool::Model& canonical);

}  // namespace qtool::onnx
