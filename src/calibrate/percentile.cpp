#include "calibrate/percentile.h"

#include <cmath>

namespace qtool {

ValueRange percentile_range(const SiteStatistics& statistics) {
  constexpr double kLeftOut = 1e-5;
  const auto& histogram = statistics.histogram;
  const auto counts = histogram.counts();
  const bool two_sided = statistics.low < 0 && statistics.high > 0;
  const double budget = kLeftOut * static_cast<double>(histogram.total()) / (two_sided ? 2 : 1);
  ValueRange range{statistics.low, statistics.high};
  if (statistics.high > 0) {
    double left_out = 0;
    for (int64_t bin = Histogram::kBins - 1; bin >= 0; --bin) {
      left_out += static_cast<double>(counts[static_cast<size_t>(bin)]);
      if (left_out <= budget) continue;
      range.high = histogram.center(bin) + histogram.width() / 2;
      break;
    }
  }
  if (statistics.low < 0) {
    double left_out = 0;
    for (int64_t bin = 0; bin < Histogram::kBins; ++bin) {
      left_out += static_cast<double>(counts[static_cast<size_t>(bin)]);
      if (left_out <= budget) continue;
      range.low = histogram.center(bin) - histogram.width() / 2;
      break;
    }
  }
  return range;
}

}  // namespace qtool
