#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

#include "export/onnx/conversion.h"

namespace qtool::onnx {

/// One node while it is translated: its arguments by the names of the operator's schema, and its result.
class Emitter {
 public:
  Emitter(Conversion& conversion, torch::jit::Node* node) : conversion_(conversion), node_(node) {}

  [[nodiscard]] torch::jit::Node* node() const { return node_; }
  [[nodiscard]] std::string hint() const;  ///< what its output is called
  [[nodiscard]] Builder& builder() const { return conversion_.builder(); }
  [[nodiscard]] std::string kind() const;  ///< `conv2d`

  /// The value of an argument; a None where the schema has none of that name.
  [[nodiscard]] Converted argument(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;  ///< it is not None
  /// The ONNX value of an argument, of its own element type.
  [[nodiscard]] std::string tensor(const std::string& name) const;
  [[nodiscard]] std::string tensor(const Converted& value) const;
  /// A tensor's shape and type in the example run. Throws where there was none.
  [[nodiscard]] SeenTensor seen(const std::string& name) const;
  [[nodiscard]] int64_t rank(const std::string& name) const { return int64_t(seen(name).sizes.size()); }
  [[nodiscard]] at::ScalarType type(const std::string& name) const;
  [[nodiscard]] SeenTensor result() const;

  // Arguments that must be constants; they throw by name where one is not.
  [[nodiscard]] c10::IValue constant(const std::string& name) const;
  [[nodiscard]] int64_t integer(const std::string& name) const;
  [[nodiscard]] double number(const std::string& name) const;
  [[nodiscard]] bool flag(const std::string& name) const;
  /// A list of whole numbers; one number stands for `count` of them.
  [[nodiscard]] std::vector<int64_t> integers(const std::string& name, size_t count = 0) const;
  /// Of as many dimensions as `count`, the same at both ends of each, in ONNX's order: all begins, then all ends.
  [[nodiscard]] std::vector<int64_t> pads(const std::string& name, size_t count) const;
  [[nodiscard]] at::Tensor weight(const std::string& name) const;  ///< undefined where it is None
  /// `name` counted from the front, of `rank` dimensions.
  [[nodiscard]] int64_t axis(const std::string& name, int64_t rank) const;
  [[nodiscard]] std::vector<int64_t> axes(const std::string& name, int64_t rank) const;
  /// A list of whole numbers as a tensor of one dimension, whether they are constants or not.
  [[nodiscard]] std::string shape(const std::string& name) const;
  [[nodiscard]] std::string shape(const Converted& list) const;
  [[nodiscard]] std::vector<Converted> elements(const std::string& name) const;

  std::string add(const std::string& type, const std::vector<std::string>& inputs,
                  const Attributes& attributes = {}) const;
  /// `value` times a factor; nothing is emitted where that is 1.
  [[nodiscard]] std::string scaled(const std::string& value, double factor, at::ScalarType type) const;
  /// `value` as `type`; nothing is emitted where it is that already.
  [[nodiscard]] std::string cast(const std::string& value, at::ScalarType from, at::ScalarType to) const;
  /// The node's result.
  void out(const std::string& value, size_t index = 0) const;
  void out(Converted value, size_t index = 0) const;
  [[nodiscard]] Conversion& conversion() const { return conversion_; }

  /// Refuses where `name` is one sample without a batch: channels and so many `dimensions`, which LibTorch takes too.
  void needs_batch(const std::string& name, size_t dimensions) const;

  /// Throws Error(kUnquantizable): why ONNX cannot hold the operator as it stands here.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  Conversion& conversion_;
  torch::jit::Node* node_;
};

}  // namespace qtool::onnx
