#include "graph/passes/float_values.h"

#include <algorithm>
#include <set>
#include <string>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

bool is_float_tensor(const c10::IValue& value) {
  return value.isTensor() && value.toTensor().defined() && value.toTensor().is_floating_point();
}

/// What gives whole numbers, truth or complex numbers for floats.
bool makes_other_types(const std::string& kind) {
  static const std::set<std::string> kinds = {"eq",
                                              "ne",
                                              "lt",
                                              "le",
                                              "gt",
                                              "ge",
                                              "equal",
                                              "allclose",
                                              "isclose",
                                              "isnan",
                                              "isinf",
                                              "isfinite",
                                              "isposinf",
                                              "isneginf",
                                              "isreal",
                                              "isin",
                                              "signbit",
                                              "is_nonzero",
                                              "logical_and",
                                              "logical_or",
                                              "logical_not",
                                              "logical_xor",
                                              "all",
                                              "any",
                                              "bool",
                                              "argmax",
                                              "argmin",
                                              "argsort",
                                              "argwhere",
                                              "nonzero",
                                              "bucketize",
                                              "multinomial",
                                              "bincount",
                                              "searchsorted",
                                              "count_nonzero",
                                              "_shape_as_tensor",
                                              "complex",
                                              "polar",
                                              "view_as_complex",
                                              "stft",
                                              "int_repr",
                                              "nonzero_numpy"};
  return kinds.contains(kind) || kind.starts_with("fft_") || kind.starts_with("quantize_");
}

/// What gives the type of its first input, whatever else it reads.
bool keeps_first_type(const std::string& kind) {
  static const std::set<std::string> kinds = {
      "masked_fill", "masked_scatter", "fill",          "copy",          "index_put",      "index_fill",
      "index_copy",  "index_add",      "scatter",       "scatter_add",   "scatter_reduce", "view_as",
      "reshape_as",  "expand_as",      "slice_scatter", "select_scatter"};
  return kinds.contains(kind);
}

/// Those whose second output and those behind are of the type of the first: of max() with a dimension and the like they
/// are indices.
bool gives_one_type(const jit::Node* node) {
  static const std::set<std::string> kinds = {"lstm",
                                              "gru",
                                              "rnn_tanh",
                                              "rnn_relu",
                                              "lstm_cell",
                                              "var_mean",
                                              "native_layer_norm",
                                              "native_batch_norm",
                                              "std_mean",
                                              "native_group_norm"};
  return node->kind() == c10::prim::ListUnpack || kinds.contains(short_kind(node));
}

bool can_be_float(const jit::Value* value) {
  const auto list = value->type()->cast<c10::ListType>();
  return is_tensor(value) || (list && list->getElementType()->isSubtypeOf(*c10::TensorType::get()));
}

std::string kind_without_underscore(const jit::Node* node) {
  const auto kind = short_kind(node);
  return kind.ends_with('_') ? kind.substr(0, kind.size() - 1) : kind;
}

}  // namespace

FloatValues::FloatValues(jit::Graph& graph, const jit::Module& module) : module_(module) {
  add_block(graph.block());
}

void FloatValues::add_block(jit::Block* block) {
  for (auto* node : nodes_of(block)) {
    for (auto* inner : node->blocks()) add_block(inner);
    add_outputs(node);
  }
}

void FloatValues::add_outputs(const jit::Node* node) {
  for (size_t i = 0; i < node->outputs().size(); ++i) {
    const auto* output = node->output(i);
    if (!can_be_float(output)) continue;
    if (node->kind() == c10::prim::If) {
      const auto blocks = node->blocks();
      if (std::all_of(blocks.begin(), blocks.end(),
                      [&](const jit::Block* block) { return contains(block->outputs()[i]); }))
        floats_.insert(output);
    } else if (is_float_attribute(output) || (makes_floats(node) && (i == 0 || gives_one_type(node)))) {
      floats_.insert(output);
    }
  }
}

bool FloatValues::is_float_attribute(const jit::Value* value) const {
  const auto path = attribute_path(value);
  const auto known = path ? find_attribute(module_, *path) : jit::toIValue(value);
  return known && is_float_tensor(*known);
}

bool FloatValues::reads_floats(const jit::Node* node) const {
  return std::any_of(node->inputs().begin(), node->inputs().end(),
                     [this](const jit::Value* input) { return contains(input); });
}

bool FloatValues::makes_floats(const jit::Node* node) const {
  if (node->kind() == c10::prim::ListUnpack) return contains(node->input());
  if (node->kind() == c10::prim::ListConstruct)
    return !node->inputs().empty() &&
           std::all_of(node->inputs().begin(), node->inputs().end(),
                       [this](const jit::Value* input) { return contains(input); });
  if (node->kind() == c10::aten::__getitem__) return contains(node->input(0));
  if (!node->kind().is_aten() || node->inputs().empty() || makes_other_types(short_kind(node))) return false;
  if (const auto* other = argument(node, "other");
      other && (short_kind(node) == "to" || short_kind(node) == "type_as"))
    return contains(other);
  if (const auto* dtype = argument(node, "dtype")) {
    const auto constant = jit::toIValue(dtype);
    if (constant && constant->isInt())
      return at::isFloatingType(static_cast<at::ScalarType>(constant->toInt()));
    if (!constant) return dtype->node()->kind() == c10::prim::dtype && contains(dtype->node()->input());
  }
  return keeps_first_type(kind_without_underscore(node)) ? contains(node->input(0)) : reads_floats(node);
}

}  // namespace qtool
