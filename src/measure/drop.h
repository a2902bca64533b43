#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "measure/metric_info.h"

namespace qtool {

/// What a metric says of a model, over all samples.
struct MetricResult {
  MetricInfo info = {};
  double value = 0;                         ///< Metric::value()
  std::vector<double> samples = {};         ///< Metric::samples()
  std::optional<std::string> warning = {};  ///< Metric::warning()
  std::vector<double> replicas = {};        ///< Metric::replicas()
};

/// What a change of the model cost on the same samples, in the unit of the metric (of percents: in points). Positive:
/// it got worse.
struct MetricDrop {
  double value = 0;
  /// 95 % confidence interval, where the metric has a value for each sample or for each replica of the data.
  std::optional<double> low = {}, high = {};
};

/// Of two models on the same samples, by one metric. The samples are paired, so only those whose value changed carry
/// variance: far narrower than the interval of two independent means. Where each sample is right or wrong (0 or 100 %)
/// as share_drop(), else the mean difference +- 1.96 of its standard error, from two samples on. Without samples the
/// difference +- 1.96 of its standard deviation over the replicas, which have the same samples for both models.
[[nodiscard]] MetricDrop metric_drop(const MetricResult& before, const MetricResult& after);

/// Of shares, in percent: `lost` were right before and wrong after, `gained` the other way round. With b lost, c gained
/// and n samples the standard error is sqrt((b + c) - (b - c)^2 / n) / n; each of the four cells is raised by 1/2
/// first, so that few or no changes do not give an interval of no width, and the bounds are cut to [-100, 100]. Source:
/// Agresti, Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in Medicine 24
/// (2005) 729-740.
[[nodiscard]] MetricDrop share_drop(int64_t samples, int64_t lost, int64_t gained);

}  // namespace qtool
