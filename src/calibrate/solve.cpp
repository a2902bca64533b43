#include "calibrate/solve.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>

#include <algorithm>

#include "calibrate/calibrator.h"
#include "grid/affine.h"
#include "grid/by_scale.h"

namespace qtool {
namespace {

constexpr int kShares = 80;

/// The share of each row's range that gives the least squared error.
at::Tensor best_shares(const at::Tensor& rows, const at::Tensor& low, const at::Tensor& high,
                       const QuantScheme& scheme) {
  const auto row_scheme = QuantScheme::weight(scheme.bits(), Granularity::kPerChannel, 0);
  auto best = at::ones_like(low);
  at::Tensor best_error;
  for (int step = kShares; step > kShares / 5; --step) {
    const double share = double(step) / kShares;
    const auto rounded = fake_quantize(rows, QParams::cover(row_scheme, low * share, high * share));
    const auto error = (rounded - rows).square().sum(1);
    if (!best_error.defined()) {
      best_error = error;
      continue;
    }
    const auto better = error < best_error;
    best_error = at::where(better, error, best_error);
    best = at::where(better, at::full_like(best, share), best);
  }
  return best;
}

const SiteStatistics& statistics_of(const Site& site, const Statistics& statistics) {
  if (const auto* found = find_statistics(statistics, site.seen_as)) return *found;
  throw Error(ErrorKind::kUsage,
              {.what = "the calibration has no statistics of a site that the plan quantizes",
               .where = site.name,
               .got = std::to_string(statistics.sites.size()) + " other sites",
               .expected = "statistics of every site",
               .fix = "calibrate again with --data, or use the recipe that the file was made with"});
}

QParams solve_activation(const Site& site, const SiteStatistics& statistics) {
  if (statistics.not_finite > 0)
    throw Error(
        ErrorKind::kUnquantizable,
        {.what = "a tensor was not finite during calibration",
         .where = site.name,
         .got = "NaN or infinite values in " + std::to_string(statistics.not_finite) + " places",
         .expected = "finite values",
         .fix = "check the data (--data, its mean and std) and the model; or leave it in float with --skip"});
  if (statistics.values == 0) return QParams::cover(site.scheme, 0, 0);
  const auto range = choose_range(site.calibrator, statistics, site.scheme);
  return QParams::cover(site.scheme, range.low, range.high);
}

}  // namespace

QParams solve_weight(const at::Tensor& weight, const QuantScheme& scheme) {
  const auto rows = rows_by_scale(weight.detach(), scheme);
  const auto low = rows.amin(1).to(at::kDouble), high = rows.amax(1).to(at::kDouble);
  if (scheme.bits() == 8) return QParams::cover(scheme, low, high);
  const auto share = best_shares(rows, low, high, scheme);
  return QParams::cover(scheme, low * share, high * share);
}

std::vector<QParams> solve(const QuantPlan& plan, const Statistics& statistics,
                           const std::vector<at::Tensor>& weights) {
  QTOOL_ASSERT(weights.size() == plan.sites.size());
  std::vector<QParams> qparams;
  for (size_t i = 0; i < plan.sites.size(); ++i) {
    const auto& site = plan.sites[i];
    if (site.source == GridSource::kRunTime)
      qparams.push_back(QParams::at_run_time(site.scheme));
    else if (site.source == GridSource::kFixed)
      qparams.emplace_back(site.scheme, site.fixed.scale, site.fixed.zero_point);
    else if (site.role == SiteRole::kWeight)
      qparams.push_back(solve_weight(weights[i], site.scheme));
    else
      qparams.push_back(solve_activation(site, statistics_of(site, statistics)));
  }
  return qparams;
}

}  // namespace qtool
