#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <initializer_list>

namespace qtool {

/// Inserts nodes where `node` stands, which stand there in the model's source, too. As long as it lives, new nodes of
/// that graph go there.
class EmitBefore {
 public:
  explicit EmitBefore(torch::jit::Node* node);

  /// The first output of a new operator; what its schema has a default for may be left out.
  torch::jit::Value* insert(const char* kind, std::initializer_list<torch::jit::NamedValue> inputs);
  torch::jit::Value* number(int64_t value) { return graph_.insertConstant(value); }

 protected:
  torch::jit::Node* node_;
  torch::jit::Graph& graph_;

 private:
  torch::jit::WithInsertPoint here_;
};

}  // namespace qtool
