#include "export/lowering/int8_lowering.h"

#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "export/lowering/float_weight.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"
#include "graph/passes/merge_padding.h"

namespace qtool {

namespace jit = torch::jit;

namespace {

/// What int8 operators make is float32 in the float model, as the weights of its layers are.
void make_float_dtype(jit::Node* node) {
  node->output()->replaceAllUsesWith(constant_before(node, static_cast<int64_t>(at::kFloat)));
}

}  // namespace

Int8Lowering::Int8Lowering(const Solution& solution)
    : canonical_(solution.model),
      plan_(solution.plan),
      qparams_(solution.qparams),
      module_(rebuild(canonical_.module(), "Int8Model")) {
  graph_ = module_.get_method("forward").graph();
  for (const auto& op : plan_.operators) operators_[op.name] = &op;
  // Between int8 operators alone: elsewhere the value before has no grid. Padding of int8 tensors is LibTorch's
  // slowest.
  merge_uneven_padding(module_, [this](const jit::Node* convolution) {
    return planned(convolution) && planned(convolution->input(0)->node());
  });
  for (auto* node : nodes_of(graph_->block()))
    for (auto* output : node->outputs()) values_[output->debugName()] = output;
}

Model Int8Lowering::run() {
  for (auto* node : nodes_of(graph_->block())) give_own_list(node);
  for (auto* node : nodes_of(graph_->block())) lower(node);
  give_float(graph_->return_node(), graph_->return_node());
  jit::EliminateDeadCode(graph_->block());
  // Once more, for the attributes that only float operators read.
  auto module = rebuild(module_, "Int8Model");
  for (const auto& state : stored_) state.complete(module);
  return Model(module).made_of(canonical_);
}

const PlannedOperator* Int8Lowering::planned(const jit::Node* node) const {
  if (node->outputs().size() != 1) return nullptr;
  const auto op = operators_.find(node->output()->debugName());
  return op != operators_.end() && op->second->is_static() ? op->second : nullptr;
}

/// What else reads the list of an int8 operator may want it in float.
void Int8Lowering::give_own_list(jit::Node* node) {
  if (!planned(node) || node->inputs().empty()) return;
  auto* list = node->input(0)->node();
  if (list->kind() != c10::prim::ListConstruct || list->output()->uses().size() == 1) return;
  auto* own = graph_->createClone(list, [](jit::Value* element) { return element; });
  node->replaceInput(0, own->insertBefore(node)->output());
}

void Int8Lowering::lower(jit::Node* node) {
  const jit::WithInsertPoint here(node);
  if (planned(node)) {
    const auto* op = emitted_at(node);
    if (!op) return;
    auto* made = emit(*op, values_.at(op->name)->node());
    if (op->output_site)
      int8_[values_.at(op->output)] = made;
    else
      values_.at(op->output)->replaceAllUsesWith(made);
  } else if (reads_only_shape(node->kind().toQualString())) {
    for (size_t i = 0; i < node->inputs().size(); ++i)
      if (int8_.contains(node->input(i))) node->replaceInput(i, int8_.at(node->input(i)));
  } else if (!is_list_for_int8(node)) {
    give_float(node, node);
    if (const auto* op = with_float_input(node)) lower_with_float_input(*op, node);
    for (auto* block : node->blocks())
      for (auto* inner : all_nodes_of(block))
        if (const auto* op = with_float_input(inner)) lower_with_float_input(*op, inner);
  }
}

/// One whose weight alone is int8 in the file, or that quantizes its input when it comes.
const PlannedOperator* Int8Lowering::with_float_input(const jit::Node* node) const {
  if (!first_tensor(node)) return nullptr;
  const auto op = operators_.find(operator_name(node));
  return op != operators_.end() && !op->second->is_static() && op->second->has_weight_site() ? op->second
                                                                                             : nullptr;
}

void Int8Lowering::lower_with_float_input(const PlannedOperator& op, jit::Node* node) {
  const jit::WithInsertPoint here(node);
  if (op.precision == Precision::kDynamic) return take_place(node, emit_dynamic(op, node));
  if (op.operator_class == OperatorClass::kLookUp) return take_place(node, emit_look_up(op, node));
  if (op.operator_class == OperatorClass::kRecurrent) return store_listed_weights(op, node);
  const auto path =
      stored_once(op.name + ".int8", tensor_argument(node, "weight"), op.weight_grid(), stored_weight);
  set_argument(node, "weight", emit_attribute(*graph_, module_, path + ".float_weight"));
}

void Int8Lowering::store_listed_weights(const PlannedOperator& op, jit::Node* node) {
  const auto parameters = own_parameters_of(node).value();
  const jit::WithInsertPoint here(parameters.reader);
  for (const auto& [index, site] : op.listed_weight_sites) {
    const auto weight = find_attribute(module_, attribute_path(parameters.value(index)).value())->toTensor();
    const auto path =
        stored_once(op.name + ".int8." + parameter_name(node, index), weight, site, stored_weight);
    parameters.replace(index, emit_attribute(*graph_, module_, path + ".float_weight"));
  }
}

/// Also in the names of its outputs, by which int8 operators behind it find the grid that they want them on.
void Int8Lowering::take_place(jit::Node* node, at::ArrayRef<jit::Value*> made) {
  for (size_t i = 0; i < made.size(); ++i) {
    const auto name = node->output(i)->debugName();
    node->output(i)->replaceAllUsesWith(made[i]);
    made[i]->setDebugName(name);
    values_[name] = made[i];
  }
}

/// The path of the state that holds the weight, `path` for the first of all that read the same on the same grid.
std::string Int8Lowering::stored_once(const std::string& path, const at::Tensor& weight, size_t site,
                                      StoredForm form) {
  const auto& qparams = qparams_[site];
  auto& known = paths_[{weight.data_ptr(), qparams.scheme().to_string(), form}];
  if (known.empty()) keep(form(known = path, weight, qparams));
  return known;
}

jit::Value* Int8Lowering::emit_look_up(const PlannedOperator& op, jit::Node* node) {
  const auto path =
      stored_once(op.name + ".int8", tensor_argument(node, "weight"), op.weight_grid(), stored_table);
  const auto pick = [&](const char* of) {
    return emit_on(emit_attribute(*graph_, module_, path + of), node);
  };
  auto* rows = insert("aten::to", {pick(".rows"), at::kFloat});
  const auto& qparams = qparams_[op.weight_grid()];
  if (const auto group = qparams.scheme().group(); group > 0) {
    const auto in_row = tensor_argument(node, "weight").size(1) / group;
    auto* scales = insert("aten::to", {pick(".weight_scale"), at::kFloat});
    auto* product =
        insert("aten::mul", {insert("aten::reshape", {rows, std::vector<int64_t>{-1, in_row, group}}),
                             insert("aten::reshape", {scales, std::vector<int64_t>{-1, in_row, 1}})});
    return insert("aten::reshape_as", {product, rows});
  }
  if (qparams.scheme().granularity() == Granularity::kPerTensor)
    return insert("aten::mul", {rows, qparams.scale()});
  return insert("aten::mul", {rows, pick(".weight_scale")});
}

std::vector<jit::Value*> Int8Lowering::emit_dynamic(const PlannedOperator& op, jit::Node*) {
  throw Error(ErrorKind::kUnquantizable, {.what = "the target has no dynamic operators", .where = op.name});
}

/// The operator whose int8 form stands where `node` is: one that does a sum, too, has both operands there.
const PlannedOperator* Int8Lowering::emitted_at(const jit::Node* node) const {
  const auto* op = planned(node);
  if (op->fused_into.empty()) return op->fused_sum.empty() ? op : nullptr;
  const auto* maker = operators_.at(op->fused_into);
  return maker->fused_sum == op->name ? maker : nullptr;
}

/// The list of a cat that will be an int8 one is built again from int8 values.
bool Int8Lowering::is_list_for_int8(const jit::Node* node) const {
  const auto& uses = node->kind() == c10::prim::ListConstruct ? node->output()->uses() : jit::use_list{};
  return !uses.empty() &&
         std::all_of(uses.begin(), uses.end(), [&](const jit::Use& use) { return planned(use.user); });
}

/// Makes all that `node`, or a node in its blocks, reads float, right before `before`.
void Int8Lowering::give_float(jit::Node* node, jit::Node* before) {
  if (node->kind() == c10::prim::dtype && int8_.contains(node->input())) return make_float_dtype(node);
  for (size_t i = 0; i < node->inputs().size(); ++i)
    if (int8_.contains(node->input(i))) node->replaceInput(i, float_of(node->input(i), before));
  for (auto* block : node->blocks()) {
    for (auto* inner : nodes_of(block)) give_float(inner, before);
    give_float(block->return_node(), before);
  }
}

jit::Value* Int8Lowering::float_of(jit::Value* value, jit::Node* before) {
  auto& known = float_[value];
  if (!known) {
    const jit::WithInsertPoint here(before);
    known = dequantized(int8_.at(value), plan_.grid_of.at(value->debugName()));
  }
  return known;
}

jit::Value* Int8Lowering::int8_of(jit::Value* value) {
  auto& known = int8_[value];
  if (!known) {
    known = quantized(value, plan_.grid_of.at(value->debugName()));
    // It stays float for its float readers.
    float_[value] = value;
  }
  return known;
}

void Int8Lowering::keep(StoredState state) {
  state.add_to(module_);
  stored_.push_back(std::move(state));
}

jit::Value* Int8Lowering::insert(const std::string& kind, at::ArrayRef<jit::NamedValue> inputs) {
  return graph_->insert(c10::Symbol::fromQualString(kind), inputs);
}

jit::Value* Int8Lowering::emit_on(jit::Value* x, jit::Node* node) {
  std::vector<jit::Value*> inputs(node->inputs().begin(), node->inputs().end());
  inputs[0] = x;
  return emit_with(inputs, node);
}

jit::Value* Int8Lowering::emit_with(const std::vector<jit::Value*>& inputs, jit::Node* node) {
  auto* copy = graph_->create(node->kind(), inputs);
  copy->output()->setType(c10::TensorType::get());
  return graph_->insertNode(copy)->output();
}

at::Tensor Int8Lowering::tensor_argument(const jit::Node* node, const char* name) const {
  const auto path = attribute_path(argument(node, name));
  const auto value = path ? find_attribute(module_, *path) : std::nullopt;
  return value && value->isTensor() ? value->toTensor() : at::Tensor();
}

const QParams& Int8Lowering::output_of(const PlannedOperator& op) const { return qparams_[op.output_grid()]; }

}  // namespace qtool
