#include "measure/drop.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "measure/resampling.h"

namespace qtool {
namespace {

constexpr double kNormal975 = 1.959963984540054;  // 97.5 % quantile of the normal distribution

bool are_shares(const MetricResult& result) {
  return result.info.unit == "%" && std::all_of(result.samples.begin(), result.samples.end(),
                                                [](double value) { return value == 0 || value == 100; });
}

MetricDrop drop_of_shares(const MetricResult& before, const MetricResult& after) {
  int64_t lost = 0, gained = 0;
  for (size_t i = 0; i < before.samples.size(); ++i) {
    const double loss = before.info.loss(before.samples[i], after.samples[i]);
    lost += loss > 0;
    gained += loss < 0;
  }
  return share_drop(int64_t(before.samples.size()), lost, gained);
}

MetricDrop drop_of_means(const MetricResult& before, const MetricResult& after) {
  const auto n = double(before.samples.size());
  double sum = 0, squares = 0;
  for (size_t i = 0; i < before.samples.size(); ++i)
    sum += before.info.loss(before.samples[i], after.samples[i]);
  const double mean = sum / n;
  if (n < 2) return {.value = mean};
  for (size_t i = 0; i < before.samples.size(); ++i) {
    const double apart = before.info.loss(before.samples[i], after.samples[i]) - mean;
    squares += apart * apart;
  }
  const double half_width = kNormal975 * std::sqrt(squares / (n - 1) / n);
  return {.value = mean, .low = mean - half_width, .high = mean + half_width};
}

MetricDrop drop_over_replicas(const MetricResult& before, const MetricResult& after) {
  MetricDrop drop{.value = before.info.loss(before.value, after.value)};
  if (before.replicas.empty() || before.replicas.size() != after.replicas.size()) return drop;
  std::vector<double> losses;
  for (size_t i = 0; i < before.replicas.size(); ++i)
    losses.push_back(before.info.loss(before.replicas[i], after.replicas[i]));
  const double half_width = kNormal975 * deviation_of(losses);
  drop.low = drop.value - half_width;
  drop.high = drop.value + half_width;
  return drop;
}

}  // namespace

MetricDrop share_drop(int64_t samples, int64_t lost, int64_t gained) {
  QTOOL_ASSERT(samples > 0 && lost >= 0 && gained >= 0 && lost + gained <= samples);
  const double n = double(samples) + 2, b = double(lost) + 0.5, c = double(gained) + 0.5;
  const double centre = (b - c) / n;
  const double half_width = kNormal975 * std::sqrt((b + c) - (b - c) * (b - c) / n) / n;
  return {.value = double(lost - gained) / double(samples) * 100,
          .low = std::max(-1.0, centre - half_width) * 100,
          .high = std::min(1.0, centre + half_width) * 100};
}

MetricDrop metric_drop(const MetricResult& before, const MetricResult& after) {
  QTOOL_ASSERT(before.info.name == after.info.name);
  if (before.samples.empty() || before.samples.size() != after.samples.size())
    return drop_over_replicas(before, after);
  return are_shares(before) && are_shares(after) ? drop_of_shares(before, after)
                                                 : drop_of_means(before, after);
}

}  // namespace qtool
