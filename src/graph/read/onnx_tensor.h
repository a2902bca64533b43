#pragma once
#include <cstdint>
#include <filesystem>
#include <protozero/pbf_reader.hpp>
#include <string>

namespace qtool::onnx {

struct Tensor {
  std::string name = {};
  int64_t numbers = 1;
  std::string data_file = {};  ///< beside the model, where its data lies; empty: in the model
};

/// Reads a TensorProto, and looks whether it has as much data as its shape says, in it or in a file that lies in the
/// model's `folder`. Throws Flaw.
[[nodiscard]] Tensor read_tensor(protozero::pbf_reader fields, const std::filesystem::path& folder);

/// `float32`, for a number of TensorProto.DataType. Throws Flaw where there is none.
[[nodiscard]] std::string element_name(int64_t type);

}  // namespace qtool::onnx
