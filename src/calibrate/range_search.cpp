#include "calibrate/range_search.h"

#include <algorithm>

namespace qtool {

std::vector<HistogramPoint> points_of(const Histogram& histogram) {
  std::vector<HistogramPoint> points;
  for (int64_t bin = 0; bin < Histogram::kBins; ++bin)
    if (const auto count = histogram.counts()[static_cast<size_t>(bin)]; count > 0)
      points.push_back({histogram.center(bin), static_cast<double>(count)});
  return points;
}

ValueRange least_error_range(const SiteStatistics& statistics,
                             const std::function<double(double low, double high)>& error_of) {
  constexpr int kSteps = 64;
  const double low = std::min(statistics.low, 0.0), high = std::max(statistics.high, 0.0);
  struct Best {
    int low_steps = kSteps, high_steps = kSteps;
    double error = 0;
  } best;
  best.error = error_of(low, high);
  const auto consider = [&](int low_steps, int high_steps) {
    if (low_steps < 1 || high_steps < 1 || low_steps > kSteps || high_steps > kSteps) return;
    const double error = error_of(low * low_steps / kSteps, high * high_steps / kSteps);
    if (error < best.error) best = {low_steps, high_steps, error};
  };
  for (int steps = kSteps - 1; steps >= 1; --steps) consider(steps, steps);
  if (low < 0 && high > 0) {
    const Best both = best;
    for (int offset = -8; offset <= 8; ++offset) consider(both.low_steps + offset, both.high_steps);
    const Best with_low = best;
    for (int offset = -8; offset <= 8; ++offset) consider(with_low.low_steps, with_low.high_steps + offset);
  }
  return {low * best.low_steps / kSteps, high * best.high_steps / kSteps};
}

}  // namespace qtool
