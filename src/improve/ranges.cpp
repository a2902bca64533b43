#include "improve/ranges.h"

namespace qtool {
namespace {

/// Share of its values' range below which a grid is made as wide as they are.
constexpr double kCutByFifth = 0.8;

/// Grids of activations that were cut cover all that was seen. Nothing where there are none.
std::optional<Solution> widened(const Solution& solution, const Statistics& statistics) {
  auto wide = shared(solution);
  bool is_changed = false;
  for (size_t i = 0; i < wide.plan.sites.size(); ++i) {
    const auto& site = wide.plan.sites[i];
    const auto* seen = site.is_calibrated() ? find_statistics(statistics, site.seen_as) : nullptr;
    if (!seen || seen->values == 0) continue;
    auto& qparams = wide.qparams[i];
    const auto all = QParams::cover(site.scheme, seen->low, seen->high);
    if (qparams.scale() >= kCutByFifth * all.scale()) continue;
    qparams = all;
    is_changed = true;
  }
  return is_changed ? std::optional(std::move(wide)) : std::nullopt;
}

}  // namespace

Attempt widen_ranges(const Solution& solution, const Evidence& evidence) {
  auto wide = widened(solution, evidence.statistics);
  if (!wide) return {.why_not = "no range was cut by a fifth"};
  return {.solution = std::move(wide)};
}

}  // namespace qtool
