#include "plan/weight_groups.h"

#include <algorithm>

#include "base/error.h"

namespace qtool {
namespace {

constexpr size_t kMostOfReasons = 300;

std::string why_none_of_all(const OperatorView& view, const PlannedOperator& op, const Resolved& settings,
                            const Backend& backend) {
  if (view.listed_weights.empty()) return why_no_groups(op, view.weight, settings, backend);
  std::string all;
  for (const auto& weight : view.listed_weights)
    if (const auto why = why_no_groups(op, weight.value, settings, backend); !why.empty())
      all += (all.empty() ? "" : "; ") + weight.name + ": " + why;
  return all;
}

}  // namespace

std::string why_no_groups(const PlannedOperator& op, const at::Tensor& weight, const Resolved& settings,
                          const Backend& backend) {
  if (op.precision != Precision::kWeightOnly)
    return "its int8 kernel takes no more than a scale for each channel";
  if (!backend.weight_groups) return "a target has no form of them";
  if (settings.weight_granularity == Granularity::kPerTensor) return "its weight is to have one scale";
  if (find_operator(op.kind)->weight_axis != 0)
    return "what an output channel is made from does not lie side by side in its weight";
  const int64_t inputs = weight.size(0) > 0 ? weight.numel() / weight.size(0) : 0;
  if (inputs % settings.group_size == 0) return "";
  return "an output channel has " + std::to_string(inputs) + " weights, which is no multiple";
}

std::string missing_groups(const OperatorView& view, const PlannedOperator& op, const Resolved& settings,
                           const Backend& backend) {
  if (settings.group_size == 0 || !op.has_weight_site()) return "";
  const auto why = why_none_of_all(view, op, settings, backend);
  if (why.empty()) return "";
  auto text = "no groups of " + std::to_string(settings.group_size) + ": " + why;
  if (settings.groups_asked_by.empty()) return text;
  throw Error(ErrorKind::kUsage,
              {.what = "an operator cannot have the groups of weights that a rule asks for",
               .where = op.name + ", " + settings.groups_asked_by,
               .got = text,
               .expected = "a layer in mode weight-only, or an embedding, that groups of this size divide",
               .fix = "give the rule another group_size or mode, or leave group_size out"});
}

void check_has_groups(const QuantPlan& plan, const Recipe& recipe) {
  const bool are_asked_for =
      recipe.group_size > 0 || std::any_of(recipe.rules.begin(), recipe.rules.end(),
                                           [](const Rule& rule) { return rule.group_size.value_or(0) > 0; });
  const bool has_groups = std::any_of(plan.sites.begin(), plan.sites.end(),
                                      [](const Site& site) { return site.scheme.group() > 0; });
  if (!are_asked_for || has_groups) return;
  std::string reasons;
  for (const auto& op : plan.operators)
    if (op.has_weight_site() && reasons.size() < kMostOfReasons)
      reasons += (reasons.empty() ? "" : "; ") + op.name + ": " + op.reason;
  throw Error(ErrorKind::kUnquantizable,
              {.what = "no weight of this model can have scales per group as asked",
               .where = "group_size",
               .got = reasons,
               .expected = "a layer in mode weight-only, or an embedding, that groups of this size divide",
               .fix = "e.g. --mode weight-only; qtool inspect MODEL has the reason of each operator"});
}

}  // namespace qtool
