#include "calibrate/mse.h"

#include "calibrate/range_search.h"
#include "grid/qparams.h"

namespace qtool {
namespace {

/// Sum of squared errors of all values on the grid that covers [low, high].
double error_of(const std::vector<HistogramPoint>& points, const QuantScheme& scheme, double width,
                double low, double high) {
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
  return least_error_range(
      statistics, [&](double low, double high) { return error_of(points, scheme, width, low, high); });
}

}  // namespace qtool
