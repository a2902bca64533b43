#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <set>

namespace qtool {

/// The values of a graph that are floating-point tensors, or lists of such, whatever forward() is given. Found by what
/// makes each, so that a value may be one without being here: what the inputs are is not known.
class FloatValues {
 public:
  /// Of forward() of the module, with its calls inlined.
  FloatValues(torch::jit::Graph& graph, const torch::jit::Module& module);
  [[nodiscard]] bool contains(const torch::jit::Value* value) const { return floats_.contains(value); }

 private:
  void add_block(torch::jit::Block* block);
  void add_outputs(const torch::jit::Node* node);
  [[nodiscard]] bool is_float_attribute(const torch::jit::Value* value) const;
  [[nodiscard]] bool makes_floats(const torch::jit::Node* node) const;
  [[nodiscard]] bool reads_floats(const torch::jit::Node* node) const;

  const torch::jit::Module& module_;
  std::set<const torch::jit::Value*> floats_;
};

}  // namespace qtool
