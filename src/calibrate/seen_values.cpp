#include "calibrate/seen_values.h"

#include <set>

#include "plan/shared_grids.h"

namespace qtool {
namespace {

/// The site whose statistics tell of the value; null where none does.
const Site* observed_site(const QuantPlan& plan, const std::string& value) {
  const auto grid = plan.grid_of.find(value);
  if (grid == plan.grid_of.end() || !plan.sites[grid->second].is_calibrated()) return nullptr;
  return &plan.sites[grid->second];
}

}  // namespace

std::vector<SeenValue> seen_values(const QuantPlan& plan) {
  std::vector<SeenValue> seen;
  for (const auto& site : plan.sites)
    if (site.is_calibrated()) seen.push_back({site.seen_as, site.value});
  std::set<std::string> added;
  for (const auto& shared : shared_grids(plan))
    for (const auto& operand : shared.operands)
      if (!observed_site(plan, operand) && added.insert(operand).second)
        seen.push_back({seen_as(plan, operand), operand});
  return seen;
}

std::string seen_as(const QuantPlan& plan, const std::string& value) {
  const auto* site = observed_site(plan, value);
  return site ? site->seen_as : value + std::string(kOperandEnding);
}

std::optional<Statistics> statistics_for(const QuantPlan& plan, const Statistics& statistics,
                                         const QuantPlan& calibrated) {
  Statistics result{.model_sha256 = statistics.model_sha256, .samples = statistics.samples, .sites = {}};
  for (const auto& [name, value] : seen_values(plan)) {
    const auto* seen = find_statistics(statistics, seen_as(calibrated, value));
    if (!seen) return std::nullopt;
    result.sites.push_back(*seen);
    result.sites.back().site = name;
  }
  return result;
}

}  // namespace qtool
