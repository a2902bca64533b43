#include <ATen/ops/ones.h>

#include <cmath>
#include <limits>

#include "export/onnx/operators.h"

namespace qtool::onnx {
namespace {

constexpr double kNever = -std::numeric_limits<float>::infinity();

/// What is added to the scores: nothing, a mask's own values, or minus infinity where it says no.
std::string added_mask(Emitter& e, at::ScalarType type) {
  const auto mask = e.tensor("attn_mask");
  if (e.type("attn_mask") != at::kBool) return mask;
  return e.add("Where", {mask, e.builder().scalar(0, type), e.builder().scalar(kNever, type)});
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
  if (e.has("attn_mask")) scores = e.add("Add", {scores, added_mask(e, type)});
  if (e.flag("is_causal")) scores = e.add("Add", {scores, causal_mask(e, scores, type)});
  const auto shares = e.add("Softmax", {scores}, {{"axis", int64_t(-1)}});
  e.out(e.add("MatMul", {shares, e.tensor("value")}));
}

constexpr OperatorRow kAttentionRows[] = {
    {"aten::scaled_dot_product_attention", scaled_dot_product_attention},
};

}  // namespace

std::span<const OperatorRow> attentions() { return kAttentionRows; }

}  // namespace qtool::onnx
