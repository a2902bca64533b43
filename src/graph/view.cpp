#include "graph/view.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include "graph/attributes.h"
#include "graph/in_place.h"
#include "graph/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

std::string source_of(const jit::Node* node) {
  const auto place = node->sourceRange().file_line_col();
  if (!place) return "";
  return std::get<0>(*place) + ":" + std::to_string(std::get<1>(*place));
}

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

OperatorView view_of(const jit::Node* node, const jit::Module& module, const jit::Block* top) {
  OperatorView view;
  view.name = node->output()->debugName();
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
  return view;
}

/// What changes one of these in place, in words.
std::string change_of(const jit::Node* node, const std::map<const jit::Value*, const jit::Node*>& changed) {
  std::vector<const jit::Value*> values(node->inputs().begin(), node->inputs().end());
  values.push_back(node->output());
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
  GraphView result;
  for (size_t i = 1; i < graph->inputs().size(); ++i)
    result.inputs.push_back(graph->inputs()[i]->debugName());
  for (const auto* node : all_nodes_of(graph->block())) {
    for (const auto* value : node->outputs())
      if (is_tensor(value)) result.uses[value->debugName()] = static_cast<int>(value->uses().size());
    const bool makes_tensor = node->outputs().size() == 1 && is_tensor(node->output());
    if (!makes_tensor || node->kind() == c10::prim::GetAttr || node->kind() == c10::prim::Constant) continue;
    result.operators.push_back(view_of(node, model.module(), graph->block()));
    result.operators.back().changed_by = change_of(node, changed);
  }
  for (const auto* value : graph->outputs()) add_outputs(value, result.outputs);
  return result;
}

}  // namespace qtool
