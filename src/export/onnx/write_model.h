#pragma once
#include <string>

#include "export/onnx/onnx_model.h"

namespace qtool::onnx {

/// As much as one protobuf message can hold: 2 GB.
inline constexpr size_t kMostBytes = (size_t(1) << 31) - 1;

/// Writes the model to `path`, whole or not at all. The same model gives the same bytes. Weights that one message of
/// `most_bytes` cannot hold lie in a file beside it (onnx_data_file() in graph/read/onnx_file.h), whose SHA-256 stands
/// in the metadata. Throws Error(kUnquantizable) where the rest is more than that, Error(kMachine) where a file cannot
/// be written.
void write_model(const Model& model, const std::string& path, size_t most_bytes = kMostBytes);

/// The protobuf message alone, with all tensors in it.
[[nodiscard]] std::string serialize(const Model& model);

}  // namespace qtool::onnx
