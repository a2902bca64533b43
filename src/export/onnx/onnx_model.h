#pragma once
/// An ONNX file's content as plain values, as far as qtool writes it. Names and meanings are those of onnx.proto3
/// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace qtool::onnx {

/// QuantizeLinear and DequantizeLinear of 4 bits came with it, and GroupNormalization as it is now.
inline constexpr int64_t kOpset = 21;
inline constexpr int64_t kIrVersion = 10;

using AttributeValue = std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<float>,
                                    std::vector<std::string>>;
using Attributes = std::map<std::string, AttributeValue>;

struct Node {
  std::string type;  ///< `Conv`
  std::string name;
  std::vector<std::string> inputs;  ///< an empty name is an optional input that is left out
  std::vector<std::string> outputs;
  Attributes attributes = {};

  bool operator==(const Node&) const = default;
};

/// A tensor that the file holds; its element type is that of `values`.
struct Initializer {
  std::string name;
  at::Tensor values;
  bool is_int4 = false;  ///< but INT4, two to a byte, of int8 `values` in [-8, 7]
};

/// A length, or the name of one that is known when the model runs; an empty one says nothing of it.
using Dimension = std::variant<int64_t, std::string>;

/// An input or output of the graph.
struct ValueInfo {
  std::string name;
  at::ScalarType type = at::kFloat;
  std::vector<Dimension> shape = {};
  bool has_shape = true;  ///< false where not even the number of dimensions is known
};

struct Model {
  std::string name;
  std::vector<Node> nodes = {};  ///< in an order in which they can run
  std::vector<Initializer> initializers = {};
  std::vector<ValueInfo> inputs = {};
  std::vector<ValueInfo> outputs = {};
  std::map<std::string, std::string> metadata = {};
};

/// onnx.TensorProto.DataType of an element type; 0 where ONNX has none.
[[nodiscard]] int data_type(at::ScalarType type);
/// That of INT4.
inline constexpr int kInt4 = 22;

}  // namespace qtool::onnx
