#pragma once
#include <string>

#include "export/onnx/onnx_model.h"

namespace qtool::onnx {

/// Writes the model to `path`, whole or not at all. The same model gives the same bytes. Tensors beyond what one
/// protobuf message can hold (2 GB) go to `PATH.data`, as ONNX's external data. Throws Error(kMachine) where a file
/// cannot be written.
void write_model(const Model& model, const std::string& path);

/// The protobuf message alone, with all tensors in it.
[[nodiscard]] std::string serialize(const Model& model);

}  // namespace qtool::onnx
