#include "graph/passes/decomposed_operators.h"

#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// A node of `kind` gives what the first output of `node` was; the others must be unused.
void give_first(jit::Node* node, const std::string& kind, const std::vector<jit::Value*>& inputs) {
  for (size_t i = 1; i < node->outputs().size(); ++i)
    if (node->output(i)->hasUses()) return;
  replace(node, kind, inputs);
}

std::vector<jit::Value*> inputs_of(jit::Node* node) { return {node->inputs().begin(), node->inputs().end()}; }

/// The matrix whose transpose the value is; null where it is none.
jit::Value* transposed(jit::Value* value) {
  auto* node = value->node();
  const std::string kind = node->kind().toQualString();
  if (kind == "aten::t") return node->input(0);
  const auto axes = kind == "aten::permute" ? constant_argument(node, "dims") : c10::IValue();
  return axes.isIntList() && axes.toIntVector() == std::vector<int64_t>{1, 0} ? node->input(0) : nullptr;
}

bool is_one(const c10::IValue& value) { return value.isScalar() && value.toScalar().toDouble() == 1; }

}  // namespace

void batch_norm_of_inference(jit::Node* node) {
  auto inputs = inputs_of(node);  // input, weight, bias, mean, variance, momentum, eps
  inputs.insert(inputs.begin() + 5, constant_before(node, false));
  inputs.push_back(constant_before(node, false));
  give_first(node, "aten::batch_norm", inputs);
}

void pool_without_indices(jit::Node* node) {
  const std::string kind = node->kind().toQualString();
  give_first(node, kind.substr(0, kind.find("_with_indices")), inputs_of(node));
}

void layer_norm_of_native(jit::Node* node) {
  auto inputs = inputs_of(node);
  inputs.push_back(constant_before(node, false));
  give_first(node, "aten::layer_norm", inputs);
}

void linear_of_addmm(jit::Node* node) {
  auto* weight = transposed(argument(node, "mat2"));
  if (weight != nullptr && is_one(constant_argument(node, "beta")) &&
      is_one(constant_argument(node, "alpha")))
    give_first(node, "aten::linear", {argument(node, "mat1"), weight, argument(node, "self")});
}

void linear_of_mm(jit::Node* node) {
  if (auto* weight = transposed(argument(node, "mat2")))
    give_first(node, "aten::linear", {argument(node, "self"), weight, constant_before(node, c10::IValue())});
}

}  // namespace qtool
