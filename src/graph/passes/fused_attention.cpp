#include "graph/passes/fused_attention.h"

#include <torch/version.h>

#include <algorithm>
#include <string>
#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/emit_before.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr const char* kAttention = "aten::_native_multi_head_attention";
constexpr const char* kEncoder = "aten::_transformer_encoder_layer_fwd";

bool is_kind(const jit::Node* node, const char* kind) {
  return node->kind() == c10::Symbol::fromQualString(kind);
}

bool is_dtype_of_attribute(const jit::Value* value) {
  return value->node()->kind() == c10::prim::dtype && attribute_path(value->node()->input());
}

/// `x.dtype` against that of a weight, without which layers fail.
bool compares_dtypes(const jit::Node* node) {
  const auto is_dtype = [](const jit::Value* value) { return value->node()->kind() == c10::prim::dtype; };
  return node->inputs().size() == 2 && is_dtype(node->input(0)) && is_dtype(node->input(1)) &&
         (is_dtype_of_attribute(node->input(0)) || is_dtype_of_attribute(node->input(1)));
}

/// `x.device.type in ["cpu", "cuda", ...]`.
bool looks_for_device(const jit::Node* node) {
  if (!is_kind(node, "aten::__contains__") || node->inputs().size() != 2) return false;
  return is_kind(node->input(1)->node(), "prim::type");
}

/// What the node gives, as said at assume_fast_paths(); None where that does not say it.
c10::IValue assumed(const jit::Node* node) {
  if (is_kind(node, "aten::is_grad_enabled") || is_kind(node, "aten::is_autocast_enabled")) return false;
  if (looks_for_device(node)) return true;
  if (compares_dtypes(node) && node->kind() == c10::aten::ne) return false;
  if (compares_dtypes(node) && node->kind() == c10::aten::eq) return true;
  const bool are_tensors =
      node->inputs().size() == 2 && is_tensor(node->input(0)) && is_tensor(node->input(1));
  if (are_tensors && node->kind() == c10::aten::__isnot__) return node->input(0) != node->input(1);
  if (are_tensors && node->kind() == c10::aten::__is__) return node->input(0) == node->input(1);
  return {};
}

/// An if that says in words why not to take the fast path, perhaps none.
bool gives_reason(const jit::Node* node) {
  return node->kind() == c10::prim::If && node->outputs().size() == 1 &&
         node->output()->type()->kind() == c10::TypeKind::StringType;
}

/// `x.dim() == 3`, perhaps behind a not; null for others.
jit::Node* rank_comparison(jit::Value* condition) {
  auto* node = condition->node();
  if (node->kind() == c10::aten::__not__) node = node->input()->node();
  const bool is_comparison = (node->kind() == c10::aten::eq || node->kind() == c10::aten::ne) &&
                             node->inputs().size() == 2 && node->input(0)->node()->kind() == c10::aten::dim;
  if (!is_comparison) return nullptr;
  const auto rank = jit::toIValue(node->input(1));
  return rank && rank->isInt() && rank->toInt() == 3 ? node : nullptr;
}

class At : public EmitBefore {
 public:
  using EmitBefore::EmitBefore;

  jit::Value* argument_of(const char* name) { return argument(node_, name); }
  jit::Value* linear(jit::Value* x, const char* weight, const char* bias) {
    return insert("aten::linear", {x, argument_of(weight), argument_of(bias)});
  }
  jit::Value* sizes(const std::vector<jit::Value*>& each) {
    return graph_.insertNode(graph_.createList(c10::IntType::get(), each))->output();
  }

  /// What kAttention does with `x` three times, with the same names of its arguments.
  jit::Value* attention(jit::Value* x, const char* head_count) {
    const auto embedding = constant_argument(node_, "embed_dim").toInt();
    const auto heads = constant_argument(node_, head_count).toInt();
    auto* batch = insert("aten::size", {x, int64_t{0}});
    auto* length = insert("aten::size", {x, int64_t{1}});
    auto* shape = sizes({batch, length, number(3), number(heads), number(embedding / heads)});
    auto* all = insert("aten::reshape", {linear(x, "qkv_weight", "qkv_bias"), shape});
    all = insert("aten::permute", {all, std::vector<int64_t>{2, 0, 3, 1, 4}});
    const auto pick = [&](int64_t i) { return insert("aten::select", {all, int64_t{0}, i}); };
    auto *query = pick(0), *key = pick(1), *value = pick(2);
    auto* mixed = insert("aten::scaled_dot_product_attention", {query, key, value});
    auto* rows = insert("aten::transpose", {mixed, int64_t{1}, int64_t{2}});
    rows = insert("aten::reshape", {rows, sizes({batch, length, number(embedding)})});
    return linear(rows, "proj_weight", "proj_bias");
  }

  jit::Value* norm(jit::Value* x, const char* weight, const char* bias) {
    const std::vector<int64_t> shape = {constant_argument(node_, "embed_dim").toInt()};
    return insert("aten::layer_norm", {x, shape, argument_of(weight), argument_of(bias), argument_of("eps")});
  }
};

#if TORCH_VERSION_MAJOR >= 2
constexpr bool kHasAttention = true;
#else
constexpr bool kHasAttention = false;
#endif

bool are_constants(const jit::Node* node, std::initializer_list<const char*> names) {
  return std::none_of(names.begin(), names.end(),
                      [&](const char* name) { return constant_argument(node, name).isNone(); });
}

bool has_mask(const jit::Node* node) {
  const auto* mask = argument(node, "mask");
  return mask && !mask->mustBeNone();
}

void take_place(jit::Node* node, jit::Value* made) {
  node->output(0)->replaceAllUsesWith(made);
  node->destroy();
}

}  // namespace

void assume_fast_paths(jit::Graph& graph) {
  const auto nodes = all_nodes_of(graph.block());
  const bool has_fused = std::any_of(nodes.begin(), nodes.end(), [](const jit::Node* node) {
    return is_kind(node, kAttention) || is_kind(node, kEncoder);
  });
  if (!has_fused) return;
  for (auto* node : nodes) {
    if (gives_reason(node))
      if (auto* comparison = rank_comparison(node->input()))
        comparison->output()->replaceAllUsesWith(
            constant_before(comparison, comparison->kind() == c10::aten::eq));
    if (const auto value = assumed(node); !value.isNone())
      node->output()->replaceAllUsesWith(constant_before(node, value));
  }
}

void attention_by_layers(jit::Node* node) {
  const bool is_self = node->input(0) == node->input(1) && node->input(0) == node->input(2);
  if (!kHasAttention || !is_self || has_mask(node) || node->output(1)->hasUses() ||
      !are_constants(node, {"embed_dim", "num_head"}))
    return;
  take_place(node, At(node).attention(node->input(0), "num_head"));
}

void encoder_by_layers(jit::Node* node) {
  if (!kHasAttention || has_mask(node) ||
      !are_constants(node, {"embed_dim", "num_heads", "use_gelu", "norm_first"}))
    return;
  At at(node);
  const bool is_first = constant_argument(node, "norm_first").toBool();
  const bool is_gelu = constant_argument(node, "use_gelu").toBool();
  const auto before = [&](jit::Value* x, const char* weight, const char* bias) {
    return is_first ? at.norm(x, weight, bias) : x;
  };
  const auto after = [&](jit::Value* x, const char* weight, const char* bias) {
    return is_first ? x : at.norm(x, weight, bias);
  };
  auto* x = node->input(0);
  auto* attended = at.attention(before(x, "norm_weight_1", "norm_bias_1"), "num_heads");
  auto* middle = after(at.insert("aten::add", {x, attended}), "norm_weight_1", "norm_bias_1");
  auto* wide = at.linear(before(middle, "norm_weight_2", "norm_bias_2"), "ffn_weight_1", "ffn_bias_1");
  auto* active = at.insert(is_gelu ? "aten::gelu" : "aten::relu", {wide});
  auto* made = at.insert("aten::add", {middle, at.linear(active, "ffn_weight_2", "ffn_bias_2")});
  take_place(node, after(made, "norm_weight_2", "norm_bias_2"));
}

}  // namespace qtool
