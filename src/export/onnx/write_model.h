#pragma once
#include <string>

#include "export/onnx/onnx_model.h"

namespace qtool::onnx {

/// Writes the model to `path`, whole or not at all. The same model gives the same bytes. Throws Error(kUnquantizable)
/// where it is beyond what one protobuf message can hold (2 GB), Error(kMachine) where the file cannot be written.
void write_model(const Model& model, const std::string& path);

/// The protobuf message alone, with all tensors in it.
[[nodiscard]] std::string serialize(const Model& model);

}  // namespace qtool::onnx
