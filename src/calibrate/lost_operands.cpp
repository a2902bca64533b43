#include "calibrate/lost_operands.h"

#include <cstdio>
#include <optional>

#include "calibrate/calibrator.h"
#include "calibrate/seen_values.h"
#include "plan/shared_grids.h"

namespace qtool {
namespace {

constexpr double kLeastShare = 1. / 16;  ///< of the grid's steps

struct Lost {
  std::string operand;
  ValueRange range;
  double steps = 0;
};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

/// What is lost of the operand; nothing where it keeps enough steps, never changes, or was not seen.
std::optional<Lost> loss_of(const std::string& operand, const Site& site, const QParams& grid,
                            const SiteStatistics* seen) {
  if (seen == nullptr || seen->values == 0 || seen->not_finite > 0) return std::nullopt;
  const auto range = choose_range(site.calibrator, *seen, site.scheme);
  const double steps = (range.high - range.low) / grid.scale();
  const double enough = kLeastShare * static_cast<double>(site.scheme.qmax() - site.scheme.qmin() + 1);
  if (range.high <= range.low || steps >= enough) return std::nullopt;
  return Lost{operand, range, steps};
}

std::string reason_of(const Lost& lost, const SharedGrid& shared, const std::string& user) {
  const auto where = user == shared.join ? "on one grid with the rest"
                                         : "on its input's grid, with the rest of " + shared.join;
  return where + ", " + lost.operand + " would have " + number(lost.steps) + " steps for its " +
         number(lost.range.low) + " to " + number(lost.range.high);
}

}  // namespace

KeptFloat lost_operands(const QuantPlan& plan, const std::vector<QParams>& qparams,
                        const QuantPlan& calibrated, const Statistics& statistics) {
  KeptFloat kept;
  for (const auto& shared : shared_grids(plan)) {
    std::optional<Lost> least;
    for (const auto& operand : shared.operands) {
      const auto* seen = find_statistics(statistics, seen_as(calibrated, operand));
      const auto lost = loss_of(operand, plan.sites[shared.site], qparams[shared.site], seen);
      if (lost && (!least || lost->steps < least->steps)) least = lost;
    }
    if (!least) continue;
    for (const auto& user : shared.users) kept.emplace(user, reason_of(*least, shared, user));
  }
  return kept;
}

}  // namespace qtool
