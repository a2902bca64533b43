#include "improve/settle.h"

#include <algorithm>

#include "calibrate/calibrate.h"
#include "calibrate/solve.h"

namespace qtool {
namespace {

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void replace(Statistics& statistics, const SiteStatistics& seen) {
  for (auto& site : statistics.sites)
    if (site.site == seen.site) site = seen;
}

}  // namespace

Settled settle(Solution solution, const std::vector<std::string>& moved, Statistics statistics,
               const Batches& batches) {
  QuantPlan part;
  std::vector<size_t> places;
  for (size_t i = 0; i < solution.plan.sites.size(); ++i) {
    const auto& site = solution.plan.sites[i];
    if (!site.is_calibrated() || !is_among(moved, site.value)) continue;
    part.sites.push_back(site);
    places.push_back(i);
  }
  if (!places.empty()) {
    const auto seen = calibrate(solution.model, part, batches.pass());
    const auto qparams = solve(part, seen, std::vector<at::Tensor>(part.sites.size()));
    for (size_t i = 0; i < places.size(); ++i) solution.qparams[places[i]] = qparams[i];
    for (const auto& site : seen.sites) replace(statistics, site);
  }
  return {std::move(solution), std::move(statistics)};
}

}  // namespace qtool
