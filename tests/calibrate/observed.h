#pragma once
/// Statistics of plain numbers.
#include <algorithm>
#include <span>
#include <vector>

#include "calibrate/histogram_counter.h"
#include "calibrate/statistics.h"

namespace qtool {

inline void add(HistogramCounter& counter, std::span<const float> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  counter.add(values, *low, *high);
}

[[nodiscard]] inline Histogram histogram_of(std::span<const float> values) {
  HistogramCounter counter;
  if (!values.empty()) add(counter, values);
  return counter.histogram();
}

/// As of one batch of one site without channels.
[[nodiscard]] inline SiteStatistics observed(const std::vector<float>& values) {
  SiteStatistics statistics;
  statistics.site = "conv:output";
  statistics.batches = 1;
  statistics.values = static_cast<int64_t>(values.size());
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  statistics.low = statistics.sum_of_lows = *low;
  statistics.high = statistics.sum_of_highs = *high;
  statistics.widened_at_batch = 1;
  statistics.histogram = histogram_of(values);
  return statistics;
}

[[nodiscard]] inline bool same(const Histogram& a, const Histogram& b) {
  return a.width_exponent() == b.width_exponent() && a.first() == b.first() &&
         std::ranges::equal(a.counts(), b.counts());
}

[[nodiscard]] inline bool same(const SiteStatistics& a, const SiteStatistics& b) {
  return a.site == b.site && a.batches == b.batches && a.values == b.values && a.not_finite == b.not_finite &&
         a.low == b.low && a.high == b.high && a.sum_of_lows == b.sum_of_lows &&
         a.sum_of_highs == b.sum_of_highs && a.widened_at_batch == b.widened_at_batch &&
         same(a.histogram, b.histogram) && a.channel_lows == b.channel_lows &&
         a.channel_highs == b.channel_highs;
}

}  // namespace qtool
