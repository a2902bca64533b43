#include "graph/view.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <set>

#include "graph/ir/attributes.h"
#include "graph/ir/in_place.h"
#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"
#include "graph/ir/state.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

void add_tensor(const jit::Value* value, OperatorView& view) {
  if (const auto path = attribute_path(value))
    view.fixed_inputs.push_back(*path);
  else
    view.inputs.push_back(value->debugName());
}

void add_inputs(const jit::Node* node, OperatorView& view) {
  for (const auto* value : node->inputs()) {
    if (is_tensor(value) && value->node()->kind() != c10::prim::Constant) add_tensor(value, view);
    if (value->node()->kind() == c10::prim::ListConstruct)
      for (const auto* element : value->node()->inputs())
        if (is_tensor(element)) add_tensor(element, view);
  }
}

void add_numbers(const jit::Node* node, OperatorView& view) {
  const auto* schema = node->maybeSchema();
  if (!schema) return;
  for (const auto& argument : schema->arguments()) {
    const auto value = constant_argument(node, argument.name());
    if (value.isInt()) view.numbers[argument.name()] = static_cast<double>(value.toInt());
    if (value.isDouble()) view.numbers[argument.name()] = value.toDouble();
    if (value.isBool()) view.numbers[argument.name()] = value.toBool();
    if (value.isIntList()) view.lists[argument.name()] = value.toIntVector();
  }
}

/// Takes lists and tuples apart, or reads what is fixed.
bool is_plumbing(const jit::Node* node) {
  const auto kind = node->kind();
  return state_path(node->output(0)) || kind == c10::prim::GetAttr || kind == c10::prim::Constant ||
         kind == c10::prim::ListUnpack || kind == c10::prim::TupleUnpack;
}

/// A trace computes sizes with tensors: prim::NumToTensor of a number, and what follows from such tensors alone.
bool is_size_arithmetic(const jit::Node* node, const std::set<const jit::Value*>& sizes) {
  if (node->kind() == c10::prim::NumToTensor) return true;
  bool has_sizes = false;
  for (const auto* input : node->inputs()) {
    if (!is_tensor(input) || input->node()->kind() == c10::prim::Constant) continue;
    if (!sizes.contains(input)) return false;
    has_sizes = true;
  }
  return has_sizes;
}

std::vector<ListedWeight> listed_weights(const jit::Node* node, const jit::Module& module) {
  const auto parameters = is_recurrent(node) ? parameters_of(node) : std::nullopt;
  if (!parameters) return {};
  std::vector<ListedWeight> weights;
  for (size_t i = 0; i < parameters->count; ++i) {
    const auto path = attribute_path(parameters->value(i));
    if (!path) return {};
    auto value = find_attribute(module, *path)->toTensor();
    if (value.dim() < 2) continue;
    weights.push_back({parameter_name(node, i), *path, std::move(value), i});
  }
  return weights;
}

OperatorView view_of(const jit::Node* node, const jit::Module& module, const jit::Block* top) {
  OperatorView view;
  view.name = operator_name(node);
  view.kind = node->kind().toQualString();
  view.source = source_of(node);
  view.in_control_flow = node->owningBlock() != top;
  add_inputs(node, view);
  add_numbers(node, view);
  if (const auto* weight = argument(node, "weight")) {
    if (const auto path = attribute_path(weight)) {
      view.weight_path = *path;
      view.weight = find_attribute(module, *path)->toTensor();
    }
  }
  view.listed_weights = listed_weights(node, module);
  return view;
}

/// What changes one of these in place, in words.
std::string change_of(const jit::Node* node, const std::map<const jit::Value*, const jit::Node*>& changed) {
  std::vector<const jit::Value*> values(node->inputs().begin(), node->inputs().end());
  values.insert(values.end(), node->outputs().begin(), node->outputs().end());
  for (const auto* input : node->inputs())
    if (input->node()->kind() == c10::prim::ListConstruct)
      values.insert(values.end(), input->node()->inputs().begin(), input->node()->inputs().end());
  for (const auto* value : values) {
    const auto change = changed.find(value);
    if (change == changed.end()) continue;
    const auto source = source_of(change->second);
    return change->second->kind().toQualString() + (source.empty() ? "" : " at " + source);
  }
  return "";
}

/// Values that flow out of forward(), through tuples and lists.
void add_outputs(const jit::Value* value, std::vector<std::string>& outputs) {
  if (is_tensor(value)) {
    outputs.push_back(value->debugName());
    return;
  }
  const auto kind = value->node()->kind();
  const bool is_collection = kind == c10::prim::TupleConstruct || kind == c10::prim::ListConstruct ||
                             kind == c10::prim::DictConstruct;
  if (!is_collection) return;  // a size, say
  for (const auto* element : value->node()->inputs()) add_outputs(element, outputs);
}

}  // namespace

GraphView view(const Model& model) {
  const auto graph = model.module().get_method("forward").graph();
  const auto changed = changed_in_place(graph);
  std::set<const jit::Value*> sizes;
  GraphView result;
  for (size_t i = 1; i < graph->inputs().size(); ++i)
    result.inputs.push_back(graph->inputs()[i]->debugName());
  for (const auto* node : all_nodes_of(graph->block())) {
    for (const auto* value : node->outputs())
      if (is_tensor(value)) result.uses[value->debugName()] = static_cast<int>(value->uses().size());
    const auto* output = first_tensor(node);
    if (!output || is_plumbing(node)) continue;
    if (is_size_arithmetic(node, sizes)) {
      sizes.insert(output);
      continue;
    }
    result.operators.push_back(view_of(node, model.module(), graph->block()));
    result.operators.back().changed_by = change_of(node, changed);
  }
  for (const auto* value : graph->outputs()) add_outputs(value, result.outputs);
  return result;
}

}  // namespace qtool
