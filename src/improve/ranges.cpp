#include "improve/ranges.h"

#include "improve/judge.h"

namespace qtool {
namespace {

/// Shares of its values' range below which a grid is made as wide as they are.
constexpr double kCutByFifth = 0.8, kCutAtAll = 0.999;

/// Grids of activations that cover less than `share` of what was seen cover all of it. Nothing where there are none.
std::optional<Solution> widened(const Solution& solution, const Statistics& statistics, double share) {
  auto wide = shared(solution);
  bool is_changed = false;
  for (size_t i = 0; i < wide.plan.sites.size(); ++i) {
    const auto& site = wide.plan.sites[i];
    const auto* seen = site.is_calibrated() ? find_statistics(statistics, site.seen_as) : nullptr;
    if (!seen || seen->values == 0) continue;
    auto& qparams = wide.qparams[i];
    const auto all = QParams::cover(site.scheme, seen->low, seen->high);
    if (qparams.scale() >= share * all.scale()) continue;
    qparams = all;
    is_changed = true;
  }
  return is_changed ? std::optional(std::move(wide)) : std::nullopt;
}

}  // namespace

Attempt widen_ranges(const Solution& solution, const Evidence& evidence) {
  auto cut = widened(solution, evidence.statistics, kCutByFifth);
  if (!cut) return {.why_not = "no range was cut by a fifth"};
  const Judge judge(evidence.reference, {evidence.batches.pass()()});
  auto all = widened(solution, evidence.statistics, kCutAtAll);
  if (judge.sqnr_db(*all) > judge.sqnr_db(*cut)) cut = std::move(all);
  return {.solution = std::move(cut)};
}

}  // namespace qtool
