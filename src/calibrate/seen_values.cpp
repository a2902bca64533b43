#include "calibrate/seen_values.h"

#include <set>

#include "calibrate/statistics.h"
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

}  // namespace qtool
