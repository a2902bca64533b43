#include "graph/passes/ranks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

using Ranks = std::map<const jit::Value*, int64_t>;

std::optional<int64_t> known(const Ranks& ranks, const jit::Value* value) {
  const auto found = ranks.find(value);
  return found == ranks.end() ? std::nullopt : std::optional(found->second);
}

/// `conv2d`, `max_pool1d`, `upsample_nearest2d`...: [N, C, ...] with as many more as the name says.
std::optional<int64_t> rank_in_name(const std::string& kind) {
  static const char* const families[] = {"conv",      "max_pool",  "avg_pool",
                                         "adaptive_", "upsample_", "reflection_pad"};
  const bool is_spatial = std::any_of(std::begin(families), std::end(families),
                                      [&](const char* family) { return kind.starts_with(family); });
  if (!is_spatial || kind.size() < 2 || kind.back() != 'd') return std::nullopt;
  const int64_t spatial = kind[kind.size() - 2] - '0';
  return spatial >= 1 && spatial <= 3 ? std::optional(spatial + 2) : std::nullopt;
}

bool keeps_rank(const std::string& kind) {
  static const std::set<std::string> kinds = {"batch_norm",
                                              "instance_norm",
                                              "group_norm",
                                              "layer_norm",
                                              "relu",
                                              "relu6",
                                              "hardtanh",
                                              "clamp",
                                              "clamp_min",
                                              "leaky_relu",
                                              "elu",
                                              "prelu",
                                              "gelu",
                                              "silu",
                                              "mish",
                                              "sigmoid",
                                              "hardsigmoid",
                                              "hardswish",
                                              "tanh",
                                              "softmax",
                                              "log_softmax",
                                              "dropout",
                                              "feature_dropout",
                                              "constant_pad_nd",
                                              "pad",
                                              "contiguous",
                                              "detach",
                                              "slice",
                                              "permute",
                                              "transpose",
                                              "linear"};
  return kinds.contains(kind.ends_with('_') ? kind.substr(0, kind.size() - 1) : kind);
}

/// The larger of both, as broadcasting has it; a number has none.
std::optional<int64_t> rank_of_sum(const jit::Node* node, const Ranks& ranks) {
  int64_t largest = 0;
  for (size_t i = 0; i < 2; ++i) {
    if (!is_tensor(node->input(i))) continue;
    const auto rank = known(ranks, node->input(i));
    if (!rank) return std::nullopt;
    largest = std::max(largest, *rank);
  }
  return largest;
}

std::optional<int64_t> rank_of_result(const jit::Node* node, const Ranks& ranks) {
  const auto kind = short_kind(node);
  if (const auto rank = rank_in_name(kind)) return rank;
  if (keeps_rank(kind)) return known(ranks, node->input(0));
  if (kind == "add" || kind == "sub" || kind == "mul" || kind == "div") return rank_of_sum(node, ranks);
  if (kind != "cat" || node->input(0)->node()->kind() != c10::prim::ListConstruct) return std::nullopt;
  const auto elements = node->input(0)->node()->inputs();
  return elements.empty() ? std::nullopt : known(ranks, elements[0]);
}

bool asks_for_rank(const jit::Node* node) { return node->kind() == c10::Symbol::fromQualString("aten::dim"); }

}  // namespace

bool resolve_ranks(jit::Graph& graph) {
  Ranks ranks;
  bool changed = false;
  for (auto* node : all_nodes_of(graph.block())) {
    if (!node->kind().is_aten() || node->inputs().empty()) continue;
    if (asks_for_rank(node)) {
      const auto rank = known(ranks, node->input(0));
      if (!rank) continue;
      const jit::WithInsertPoint here(node);
      node->output()->replaceAllUsesWith(graph.insertConstant(*rank));
      node->destroy();
      changed = true;
    } else if (node->outputs().size() == 1 && is_tensor(node->output())) {
      if (const auto rank = rank_of_result(node, ranks)) ranks[node->output()] = *rank;
    }
  }
  return changed;
}

}  // namespace qtool
