#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>

#include <cmath>
#include <limits>

#include "export/onnx/operators.h"

namespace qtool::onnx {
namespace {

constexpr double kNever = -std::numeric_limits<float>::infinity();

/// What is added to the scores: nothing, a mask's own values, or minus infinity where it says no.
std::string added_mask(Emitter& e, at::ScalarType type) {
  auto mask = e.tensor("attn_mask");
  if (e.type("attn_mask") != at::kBool) return mask;
  return e.add("Where", {mask, e.builder().scalar(0, type), e.builder().scalar(kNever, type)});
}

/// Whether each query sees a key, as far as that is known.
bool shows_each_a_key(const Converted& mask) {
  if (!mask.constant) return false;
  const auto& values = mask.constant->toTensor();
  const auto seen = values.scalar_type() == at::kBool ? values : values > kNever;
  return seen.any(-1).all().item<bool>();
}

/// A query that sees no key gets 0 in LibTorch, where softmax gives no number. OpenVINO's greatest of infinities below
/// zero is a finite one, so that it must be told from those one by one.
std::string zero_where_all_is_hidden(Emitter& e, const std::string& attended, at::ScalarType type) {
  auto seen = e.tensor("attn_mask");
  if (e.type("attn_mask") != at::kBool) seen = e.add("Greater", {seen, e.builder().scalar(kNever, type)});
  const auto any = e.add(
      "ReduceMax", {e.cast(seen, at::kBool, at::kFloat), e.builder().constant(std::vector<int64_t>{-1})});
  // Not the zero of the mask: OpenVINO 2026.4 does not compile attention that reads one scalar in two places.
  const auto zero = e.builder().own_constant(at::scalar_tensor(0, type), e.hint() + "/nothing");
  return e.add("Where", {e.cast(any, at::kFloat, at::kBool), attended, zero});
}

/// A query sees no key after its own place.
std::string causal_mask(Emitter& e, const std::string& scores, at::ScalarType type) {
  const auto shape = e.add("Shape", {scores}, {{"start", int64_t(-2)}});
  const auto never = e.add("Expand", {e.builder().scalar(kNever, type), shape});
  return e.add("Trilu", {never, e.builder().scalar(1)}, {{"upper", int64_t(1)}});
}

std::string last_two_swapped(Emitter& e, const std::string& x, int64_t rank) {
  std::vector<int64_t> order;
  for (int64_t axis = 0; axis < rank; ++axis) order.push_back(axis);
  std::swap(order.at(size_t(rank) - 1), order.at(size_t(rank) - 2));
  return e.add("Transpose", {x}, {{"perm", order}});
}

/// softmax(query @ key' * scale + mask) @ value.
void scaled_dot_product_attention(Emitter& e) {
  if (e.has("enable_gqa") && e.flag("enable_gqa")) e.refuse("several heads share one key");
  const auto query = e.seen("query");
  const auto type = query.type;
  const double scale = e.has("scale") ? e.number("scale") : 1 / std::sqrt(double(query.sizes.back()));
  const auto scaled = e.add("Mul", {e.tensor("query"), e.builder().scalar(scale, type)});
  auto scores = e.add("MatMul", {scaled, last_two_swapped(e, e.tensor("key"), e.rank("key"))});
  const bool has_mask = e.has("attn_mask");
  if (has_mask) scores = e.add("Add", {scores, added_mask(e, type)});
  if (e.flag("is_causal")) scores = e.add("Add", {scores, causal_mask(e, scores, type)});
  const auto shares = e.add("Softmax", {scores}, {{"axis", int64_t(-1)}});
  const auto attended = e.add("MatMul", {shares, e.tensor("value")});
  const bool may_hide_all = has_mask && !shows_each_a_key(e.argument("attn_mask"));
  e.out(may_hide_all ? zero_where_all_is_hidden(e, attended, type) : attended);
}

/// x @ weight' + bias, of constants.
std::string projected(Emitter& e, const std::string& x, const char* weight, const char* bias) {
  const auto held = e.builder().constant(e.weight(weight).t(), e.hint() + "." + weight);
  return e.add("Add", {e.add("MatMul", {x, held}), e.tensor(bias)});
}

/// Attention of x [batch, places, embedding] to itself, in several heads.
std::string self_attention(Emitter& e, const std::string& x, int64_t heads) {
  if (e.has("mask")) e.refuse("it has a mask");
  const int64_t embedding = e.weight("proj_weight").size(0), each = embedding / heads;
  const auto parts = e.builder().add_many(
      "Split",
      {projected(e, x, "qkv_weight", "qkv_bias"), e.builder().constant(std::vector<int64_t>(3, embedding))},
      e.hint(), 3, {{"axis", int64_t(-1)}});
  const auto split_heads = e.builder().constant(std::vector<int64_t>{0, 0, heads, each});
  const auto of_heads = [&](size_t part, const std::vector<int64_t>& order) {
    return e.add("Transpose", {e.add("Reshape", {parts[part], split_heads})}, {{"perm", order}});
  };
  const auto query =
      e.add("Mul", {of_heads(0, {0, 2, 1, 3}), e.builder().scalar(1 / std::sqrt(double(each)), at::kFloat)});
  const auto shares =
      e.add("Softmax", {e.add("MatMul", {query, of_heads(1, {0, 2, 3, 1})})}, {{"axis", int64_t(-1)}});
  const auto seen = e.add("Transpose", {e.add("MatMul", {shares, of_heads(2, {0, 2, 1, 3})})},
                          {{"perm", std::vector<int64_t>{0, 2, 1, 3}}});
  const auto joined = e.add("Reshape", {seen, e.builder().constant(std::vector<int64_t>{0, 0, embedding})});
  return projected(e, joined, "proj_weight", "proj_bias");
}

/// LibTorch's fused form of nn.MultiheadAttention in eval mode.
void native_multi_head_attention(Emitter& e) {
  const auto* query = e.node()->input(0);
  if (query != e.node()->input(1) || query != e.node()->input(2))
    e.refuse("it attends to other values than its own");
  if (e.node()->outputs()[1]->hasUses()) e.refuse("its attention weights are used");
  e.out(self_attention(e, e.tensor("query"), e.integer("num_head")));
}

std::string normed(Emitter& e, const std::string& x, const char* weight, const char* bias) {
  return e.add("LayerNormalization", {x, e.tensor(weight), e.tensor(bias)},
               {{"axis", int64_t(-1)}, {"epsilon", float(e.number("eps"))}});
}

/// LibTorch's fused form of nn.TransformerEncoderLayer in eval mode.
void transformer_encoder_layer(Emitter& e) {
  const bool is_first = e.flag("norm_first");
  const auto before = [&](const std::string& x, const char* weight, const char* bias) {
    return is_first ? normed(e, x, weight, bias) : x;
  };
  const auto after = [&](const std::string& x, const char* weight, const char* bias) {
    return is_first ? x : normed(e, x, weight, bias);
  };
  const auto x = e.tensor("src");
  const auto attended = self_attention(e, before(x, "norm_weight_1", "norm_bias_1"), e.integer("num_heads"));
  const auto middle = after(e.add("Add", {x, attended}), "norm_weight_1", "norm_bias_1");
  const auto wide =
      projected(e, before(middle, "norm_weight_2", "norm_bias_2"), "ffn_weight_1", "ffn_bias_1");
  const auto active = e.add(e.flag("use_gelu") ? "Gelu" : "Relu", {wide});
  const auto made = e.add("Add", {middle, projected(e, active, "ffn_weight_2", "ffn_bias_2")});
  e.out(after(made, "norm_weight_2", "norm_bias_2"));
}

constexpr OperatorRow kAttentionRows[] = {
    {"aten::scaled_dot_product_attention", scaled_dot_product_attention},
    {"aten::_native_multi_head_attention", native_multi_head_attention},
    {"aten::_transformer_encoder_layer_fwd", transformer_encoder_layer},
};

}  // namespace

std::span<const OperatorRow> attentions() { return kAttentionRows; }

}  // namespace qtool::onnx
