#include "plan/resolve.h"

#include <algorithm>

namespace qtool {
namespace {

std::string place(const Rule& rule) { return rule.where.empty() ? "rules" : rule.where; }

template <class T>
void take(const std::optional<T>& from, T& to) {
  if (from) to = *from;
}

}  // namespace

Resolved resolve(const Recipe& recipe, const Matchable& candidate) {
  Resolved result{.mode = recipe.mode,
                  .weight_bits = recipe.weight_bits,
                  .activation_bits = recipe.activation_bits,
                  .activation_bits_by_rule = false,
                  .weight_granularity = recipe.weight_granularity,
                  .group_size = recipe.group_size,
                  .groups_asked_by = "",
                  .activation_symmetry = recipe.activation_symmetry,
                  .calibrator = recipe.calibrator,
                  .skipped_by = ""};
  for (const auto& pattern : recipe.skip)
    if (matches(pattern, candidate, "skip")) result.skipped_by = "skip '" + pattern + "'";
  const auto is_only = [&](const std::string& pattern) { return matches(pattern, candidate, "only"); };
  if (!recipe.only.empty() && std::none_of(recipe.only.begin(), recipe.only.end(), is_only))
    result.skipped_by = "not in only";
  for (const auto& rule : recipe.rules) {
    if (!matches(rule.match, candidate, place(rule))) continue;
    take(rule.mode, result.mode);
    take(rule.weight_bits, result.weight_bits);
    take(rule.activation_bits, result.activation_bits);
    result.activation_bits_by_rule |= rule.activation_bits.has_value() && rule.match != kAllOperators;
    take(rule.weight_granularity, result.weight_granularity);
    take(rule.group_size, result.group_size);
    if (rule.group_size) result.groups_asked_by = rule.match == candidate.name ? place(rule) : "";
    take(rule.activation_symmetry, result.activation_symmetry);
    take(rule.calibrator, result.calibrator);
    if (rule.skip) result.skipped_by = *rule.skip ? "rule '" + rule.match + "' (" + place(rule) + ")" : "";
  }
  return result;
}

void check_patterns(const Recipe& recipe, const std::vector<Matchable>& candidates) {
  for (const auto& pattern : recipe.skip) check_matches_something(pattern, candidates, "skip");
  for (const auto& pattern : recipe.only) check_matches_something(pattern, candidates, "only");
  for (const auto& rule : recipe.rules) check_matches_something(rule.match, candidates, place(rule));
}

}  // namespace qtool
