#include "graph/passes/decomposed_operators.h"

#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

#include "graph/ir/attributes.h"
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

/// Undefined where the value is no attribute.
at::Tensor attribute_tensor(const jit::Value* value, const jit::Module& module) {
  const auto path = attribute_path(value);
  const auto found = path ? find_attribute(module, *path) : std::nullopt;
  return found && found->isTensor() ? found->toTensor() : at::Tensor();
}

/// The matrix whose transpose the value is, for `reader`; null where it is none. That of an attribute is folded later.
jit::Value* transposed(jit::Value* value, jit::Node* reader, const jit::Module& module) {
  auto* node = value->node();
  if (const auto tensor = attribute_tensor(value, module); tensor.defined())
    return tensor.dim() == 2 ? insert_before(reader, "aten::t", {value}) : nullptr;
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

void linear_of_addmm(jit::Node* node, const jit::Module& module) {
  auto* bias = argument(node, "self");
  const auto known = attribute_tensor(bias, module);
  const bool is_row = !known.defined() || known.dim() == 1;
  if (!is_row || !is_one(constant_argument(node, "beta")) || !is_one(constant_argument(node, "alpha")))
    return;
  if (auto* weight = transposed(argument(node, "mat2"), node, module))
    give_first(node, "aten::linear", {argument(node, "mat1"), weight, bias});
}

void linear_of_mm(jit::Node* node, const jit::Module& module) {
  if (auto* weight = transposed(argument(node, "mat2"), node, module))
    give_first(node, "aten::linear", {argument(node, "self"), weight, constant_before(node, c10::IValue())});
}

void linear_of_matmul(jit::Node* node, const jit::Module& module) {
  auto* right = argument(node, "other");
  const auto tensor = attribute_tensor(right, module);
  if (!tensor.defined() || tensor.dim() != 2 || !tensor.requires_grad()) return;
  give_first(node, "aten::linear",
             {argument(node, "self"), transposed(right, node, module), constant_before(node, c10::IValue())});
}

}  // namespace qtool
