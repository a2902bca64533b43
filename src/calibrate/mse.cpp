#include <algorithm>
#include <cmath>
#include <vector>

#include "calibrate/calibrator.h"
#include "grid/qparams.h"

namespace qtool {
namespace {

constexpr int kSteps = 64;

/// A bin that holds something.
struct Point {
  double value, count;
};

std::vector<Point> points_of(const Histogram& histogram) {
  std::vector<Point> points;
  for (int64_t bin = 0; bin < Histogram::kBins; ++bin)
    if (const auto count = histogram.counts()[static_cast<size_t>(bin)]; count > 0)
      points.push_back({histogram.center(bin), static_cast<double>(count)});
  return points;
}

/// Sum of squared errors of all values on the grid that covers [low, high].
double error_of(const std::vector<Point>& points, const QuantScheme& scheme, double width, double low,
                double high) {
  const auto grid = QParams::cover(scheme, low, high);
  const double scale = grid.scale(), inverse = 1 / scale, bottom = grid.low(), top = grid.high();
  // Where a step is narrower than a bin, bin centres tell nothing about rounding; its expectation does.
  const bool rounding_is_expected = scale < 2 * width;
  const double expected_rounding = scale * scale / 12;
  double sum = 0;
  for (const auto& [value, count] : points) {
    double error = 0;
    if (value < bottom)
      error = (bottom - value) * (bottom - value);
    else if (value > top)
      error = (value - top) * (value - top);
    else if (rounding_is_expected)
      error = expected_rounding;
    else {
      // Adding and subtracting 1.5 * 2^52 rounds half to even, several times as fast as a call of nearbyint.
      constexpr double kRounder = 6755399441055744.0;
      const double steps = value * inverse;
      const double off = (steps - ((steps + kRounder) - kRounder)) * scale;
      error = off * off;
    }
    sum += error * count;
  }
  return sum;
}

}  // namespace

ValueRange mse_range(const SiteStatistics& statistics, const QuantScheme& scheme) {
  const auto points = points_of(statistics.histogram);
  const double width = statistics.histogram.width();
  const double low = std::min(statistics.low, 0.0), high = std::max(statistics.high, 0.0);
  struct Best {
    int low_steps = kSteps, high_steps = kSteps;
    double error = 0;
  } best;
  best.error = error_of(points, scheme, width, low, high);
  const auto consider = [&](int low_steps, int high_steps) {
    if (low_steps < 1 || high_steps < 1 || low_steps > kSteps || high_steps > kSteps) return;
    const double error =
        error_of(points, scheme, width, low * low_steps / kSteps, high * high_steps / kSteps);
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
