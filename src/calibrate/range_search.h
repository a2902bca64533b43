#pragma once
#include <functional>
#include <vector>

#include "calibrate/range.h"
#include "calibrate/statistics.h"

namespace qtool {

/// A bin that holds something, taken at its centre.
struct HistogramPoint {
  double value, count;
};

[[nodiscard]] std::vector<HistogramPoint> points_of(const Histogram& histogram);

/// The range with the least `error_of(low, high)`. Ends are moved in steps of 1/64 of what was seen, first both,
/// then each alone.
[[nodiscard]] ValueRange least_error_range(const SiteStatistics& statistics,
                                           const std::function<double(double low, double high)>& error_of);

}  // namespace qtool
