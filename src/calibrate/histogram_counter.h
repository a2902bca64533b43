#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "calibrate/histogram.h"

namespace qtool {

/// Counts values into a histogram. In short integers, since a table of them leaves the first-level cache room for the
/// values: they go over into the histogram before they can overflow, or where its bins change.
class HistogramCounter {
 public:
  /// Finite values only; `low` and `high` bound them.
  void add(std::span<const float> values, float low, float high);

  /// All values so far.
  [[nodiscard]] Histogram histogram() const;

 private:
  void make_room(float low, float high);
  void settle();

  Histogram settled_;  ///< fixes the bins of `recent_`
  double lowest_ = std::numeric_limits<double>::infinity(), highest_ = -lowest_;  ///< what those bins hold
  std::vector<uint32_t> recent_;  ///< counts of the bins; behind them those of exact zeros
  int64_t recent_values_ = 0;
};

}  // namespace qtool
