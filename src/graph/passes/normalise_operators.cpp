#include "graph/passes/normalise_operators.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/in_place.h"
#include "graph/ir/nodes.h"
#include "graph/passes/decomposed_operators.h"
#include "graph/passes/fused_attention.h"
#include "graph/passes/lists_of_tensors.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// The weight of a convolution, which is a constant in frozen models; undefined where it is computed.
at::Tensor weight_of(const jit::Module& module, const jit::Node* node) {
  const auto* weight = argument(node, "weight");
  const auto path = attribute_path(weight);
  const auto value = path ? find_attribute(module, *path) : jit::toIValue(weight);
  return value && value->isTensor() ? value->toTensor() : at::Tensor();
}

/// aten::_convolution and aten::convolution, which traced models have.
void normalise_convolution(jit::Node* node, const jit::Module& module) {
  const auto transposed = constant_argument(node, "transposed");
  const auto weight = weight_of(module, node);
  const int64_t spatial = weight.defined() ? weight.dim() - 2 : 0;
  if (!transposed.isBool() || spatial < 1 || spatial > 3) return;
  const auto get = [node](const char* name) { return argument(node, name); };
  const std::string suffix = std::to_string(spatial) + "d";
  if (transposed.toBool())
    replace(node, "aten::conv_transpose" + suffix,
            {get("input"), get("weight"), get("bias"), get("stride"), get("padding"), get("output_padding"),
             get("groups"), get("dilation")});
  else
    replace(node, "aten::conv" + suffix,
            {get("input"), get("weight"), get("bias"), get("stride"), get("padding"), get("dilation"),
             get("groups")});
}

bool is_number(const c10::IValue& value, double expected) {
  return value.isScalar() && value.toScalar().toDouble() == expected;
}

void normalise_clamp(jit::Node* node, const jit::Module&) {
  const auto low = constant_argument(node, "min"), high = constant_argument(node, "max");
  if (!is_number(low, 0)) return;
  if (high.isNone()) return replace(node, "aten::relu", {node->input(0)});
  if (high.isScalar())
    replace(node, "aten::hardtanh",
            {node->input(0), constant_before(node, 0.0), constant_before(node, high.toScalar().toDouble())});
}

/// max() and min() of two tensors; of one they are others.
template <bool is_max>
void extreme_of_two(jit::Node* node) {
  if (auto* other = argument(node, "other"))
    replace(node, is_max ? "aten::maximum" : "aten::minimum", {node->input(0), other});
}

void normalise_relu6(jit::Node* node, const jit::Module&) {
  replace(node, "aten::hardtanh", {node->input(0), constant_before(node, 0.0), constant_before(node, 6.0)});
}

void drop(jit::Node* node, const jit::Module&) {
  node->output()->replaceAllUsesWith(node->input(0));
  node->destroy();
}

void drop_outside_training(jit::Node* node, const jit::Module& module) {
  const auto train = constant_argument(node, "train");
  if (train.isBool() && !train.toBool()) drop(node, module);
}

/// A view needs its input in one piece, which it no longer is where contiguous() went, or where a layer's output is
/// channels last.
void normalise_view(jit::Node* node, const jit::Module&) {
  if (argument(node, "size") != nullptr)
    replace(node, "aten::reshape", {node->input(0), argument(node, "size")});
}

/// F.pad with a constant; the other modes have operators of their own already.
void normalise_pad(jit::Node* node, const jit::Module&) {
  const auto mode = constant_argument(node, "mode");
  if (!mode.isString() || mode.toStringRef() != "constant") return;
  auto* value = argument(node, "value");
  if (jit::toIValue(value) && jit::toIValue(value)->isNone()) value = constant_before(node, 0.0);
  replace(node, "aten::constant_pad_nd", {node->input(0), argument(node, "pad"), value});
}

/// padding='same' and 'valid' as numbers; a trace has aten::_convolution_mode for them. Where 'same' adds an odd number
/// of places, the odd one comes after the values, by a padding of its own.
void normalise_named_padding(jit::Node* node, const jit::Module& module) {
  const auto padding = constant_argument(node, "padding"), dilation = constant_argument(node, "dilation");
  const auto weight = weight_of(module, node);
  const int64_t spatial = weight.defined() ? weight.dim() - 2 : 0;
  if (!padding.isString() || !dilation.isIntList() || spatial < 1 || spatial > 3) return;
  const auto kernel = weight.sizes().slice(2);
  const auto dilations = for_each_axis(dilation.toIntVector(), spatial);
  std::vector<int64_t> sides, odd;  // odd: as constant_pad_nd has it, the last dimension first
  for (size_t i = 0; i < kernel.size(); ++i) {
    const int64_t both = padding.toStringRef() == "same" ? dilations[i] * (kernel[i] - 1) : 0;
    sides.push_back(both / 2);
    odd.insert(odd.begin(), {0, both % 2});
  }
  std::vector<jit::Value*> inputs(node->inputs().begin(), node->inputs().end());
  if (std::any_of(odd.begin(), odd.end(), [](int64_t places) { return places != 0; }))
    inputs[0] = insert_before(node, "aten::constant_pad_nd",
                              {inputs[0], constant_before(node, odd), constant_before(node, 0.0)});
  inputs[4] = constant_before(node, sides);
  replace(node, "aten::conv" + std::to_string(spatial) + "d", inputs);
}

/// The tensor of a cat() of one; null for other nodes.
jit::Value* only_element(jit::Node* node) {
  if (node->kind() != c10::aten::cat) return nullptr;
  auto* list = node->input(0)->node();
  return list->kind() == c10::prim::ListConstruct && list->inputs().size() == 1 ? list->input(0) : nullptr;
}

using Changed = std::map<const jit::Value*, const jit::Node*>;

/// What run_decompositions() leaves of a dropout. A copy of what changes later must stay.
bool is_needless_clone(const jit::Node* node, const Changed& changed) {
  return node->kind() == c10::aten::clone && !changed.contains(node->input(0));
}

void drop_cat(jit::Node* node) {
  node->output()->replaceAllUsesWith(only_element(node));
  node->destroy();
}

using Rewrite = void (*)(jit::Node*, const jit::Module&);

/// A rewrite that needs no weights.
template <void (*rewrite)(jit::Node*)>
void on_node(jit::Node* node, const jit::Module&) {
  rewrite(node);
}

const std::map<std::string, Rewrite>& rewrites() {
  static const std::map<std::string, Rewrite> table = {
      {"aten::_convolution", normalise_convolution},
      {"aten::convolution", normalise_convolution},
      {"aten::_convolution_mode", normalise_named_padding},
      {"aten::conv1d", normalise_named_padding},
      {"aten::conv2d", normalise_named_padding},
      {"aten::conv3d", normalise_named_padding},
      {"aten::clamp", normalise_clamp},
      {"aten::clamp_min", normalise_clamp},
      {"aten::relu6", normalise_relu6},
      {"aten::max", on_node<extreme_of_two<true>>},
      {"aten::min", on_node<extreme_of_two<false>>},
      {"aten::pad", normalise_pad},
      {"aten::dropout", drop_outside_training},
      {"aten::feature_dropout", drop_outside_training},
      {"aten::alpha_dropout", drop_outside_training},
      {"aten::view", normalise_view},
      {"aten::contiguous", drop},
      {"aten::detach", drop},
      {"aten::alias", drop},
      {"aten::chunk", on_node<take_list_apart>},
      {"aten::split", on_node<take_list_apart>},
      {"aten::split_with_sizes", on_node<take_list_apart>},
      {"aten::unbind", on_node<take_list_apart>},
      {"aten::stack", on_node<stack_by_cat>},
      {"aten::narrow", on_node<narrow_by_slice>},
      {"aten::_native_batch_norm_legit_no_training", on_node<batch_norm_of_inference>},
      {"aten::native_layer_norm", on_node<layer_norm_of_native>},
      {"aten::max_pool2d_with_indices", on_node<pool_without_indices>},
      {"aten::max_pool3d_with_indices", on_node<pool_without_indices>},
      {"aten::addmm", linear_of_addmm},
      {"aten::mm", linear_of_mm},
      {"aten::matmul", linear_of_matmul},
      {"aten::_native_multi_head_attention", on_node<attention_by_layers>},
      {"aten::_transformer_encoder_layer_fwd", on_node<encoder_by_layers>},
  };
  return table;
}

/// Whether the node reads a list that grows, so that what stands where the list was made is not all of it.
bool reads_list_of(const Changed& changed, const jit::Node* node) {
  return std::any_of(node->inputs().begin(), node->inputs().end(), [&](const jit::Value* input) {
    return input->type()->kind() == c10::TypeKind::ListType && changed.contains(input);
  });
}

}  // namespace

void normalise_operators(jit::Module& module) {
  auto graph = module.get_method("forward").graph();
  // Such a value must stay: without contiguous(), say, the writer would change what contiguous() had copied.
  const auto changed = changed_in_place(graph);
  for (auto* node : all_nodes_of(graph->block())) {
    const auto row = rewrites().find(node->kind().toQualString());
    if (node->outputs().size() == 1 && changed.contains(node->output())) continue;
    if (reads_list_of(changed, node)) continue;
    if (row != rewrites().end())
      row->second(node, module);
    else if (is_needless_clone(node, changed))
      drop(node, module);
    else if (const auto* only = only_element(node); only && !changed.contains(only))
      drop_cat(node);
  }
  jit::EliminateDeadCode(graph->block());
}

}  // namespace qtool
