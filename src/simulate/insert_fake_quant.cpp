#include "simulate/insert_fake_quant.h"

#include "base/error.h"
#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"

namespace qtool {

namespace jit = torch::jit;

std::vector<jit::Value*> FakeQuantForm::recurrence(jit::Node*, size_t) {
  QTOOL_ASSERT(false);
  return {};
}

FakeQuantInsertion::FakeQuantInsertion(const std::shared_ptr<jit::Graph>& graph, const QuantPlan& plan,
                                       const std::vector<bool>& enabled, FakeQuantForm& form,
                                       const std::map<std::string, jit::Value*>& values)
    : graph_(graph), plan_(plan), enabled_(enabled), form_(form), values_(values) {
  QTOOL_ASSERT(enabled.size() == plan.sites.size());
  for (auto* input : graph_->inputs()) values_.emplace(input->debugName(), input);
  for (auto* node : all_nodes_of(graph_->block())) {
    for (auto* output : node->outputs()) values_.emplace(output->debugName(), output);
    if (first_tensor(node)) layers_.emplace(operator_name(node), node);
  }
}

void FakeQuantInsertion::run() {
  for (const auto& op : plan_.operators) {
    if (op.weight_site && enabled_[*op.weight_site]) quantize_weight(op);
    if (!op.listed_weight_sites.empty()) quantize_listed_weights(op);
  }
  for (size_t i = 0; i < plan_.sites.size(); ++i)
    if (enabled_[i]) quantize_site(i);
  for (const auto& op : plan_.operators)
    if (op.is_static() && op.fused_into.empty() && op.output_site && enabled_[*op.output_site])
      quantize_again(op);
}

void FakeQuantInsertion::quantize_weight(const PlannedOperator& op) {
  auto* node = layers_.at(op.name);
  const jit::WithInsertPoint here(node);
  auto* weight = argument(node, "weight");
  node->replaceInputWith(weight, form_.weight(weight, op.weight_grid()));
}

void FakeQuantInsertion::quantize_listed_weights(const PlannedOperator& op) {
  const auto parameters = own_parameters_of(layers_.at(op.name)).value();
  const jit::WithInsertPoint here(parameters.reader);
  for (const auto& [index, site] : op.listed_weight_sites)
    if (enabled_[site]) parameters.replace(index, form_.weight(parameters.value(index), site));
}

void FakeQuantInsertion::quantize_site(size_t index) {
  const auto& site = plan_.sites[index];
  if (site.role == SiteRole::kWeight) return;
  if (site.source == GridSource::kRunTime) return quantize_at_run_time(index);
  auto* value = values_.at(site.value);
  if (site.role == SiteRole::kInput) return quantize_for_int8_readers(value, index);
  auto* quantized = insert_after(value, index);
  value->replaceAllUsesAfterNodeWith(quantized->node(), quantized);
}

void FakeQuantInsertion::quantize_at_run_time(size_t index) {
  // A part of a model may have the value, and not the operator.
  const auto layer = layers_.find(plan_.sites[index].op);
  if (layer == layers_.end()) return;
  const jit::WithInsertPoint here(layer->second);
  auto* node = layer->second;
  if (!is_recurrent(node)) {
    node->replaceInput(0, form_.activation(node->input(0), index));
    return;
  }
  const auto outputs = form_.recurrence(node, index);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto name = node->output(i)->debugName();
    node->output(i)->replaceAllUsesWith(outputs[i]);
    outputs[i]->setDebugName(name);
    values_[name] = outputs[i];
  }
  node->destroy();
}

void FakeQuantInsertion::quantize_again(const PlannedOperator& op) {
  const bool is_average = op.operator_class == OperatorClass::kPool;
  if (!is_average && op.operator_class != OperatorClass::kClip) return;
  auto* value = values_.at(op.output);
  const jit::WithInsertPoint here(value->node()->next());
  auto* quantized =
      is_average ? form_.average(value, op.output_grid()) : form_.again(value, op.output_grid());
  value->replaceAllUsesAfterNodeWith(quantized->node(), quantized);
}

jit::Value* FakeQuantInsertion::insert_after(jit::Value* value, size_t site) {
  const bool is_input = value->node()->kind() == c10::prim::Param;
  const jit::WithInsertPoint here(is_input ? *graph_->nodes().begin() : value->node()->next());
  const auto name = value->debugName();
  auto* quantized = form_.activation(value, site);
  quantized->setDebugName(name + ":fakequant");
  return quantized;
}

void FakeQuantInsertion::quantize_for_int8_readers(jit::Value* value, size_t site) {
  const auto readers = value->uses();
  auto* quantized = insert_after(value, site);
  for (const auto& use : readers) {
    if (use.user->outputs().empty()) continue;
    const auto* op = plan_.find(use.user->output(0)->debugName());
    if (op && op->is_static()) use.user->replaceInput(use.offset, quantized);
  }
}

}  // namespace qtool
