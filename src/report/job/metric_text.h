#pragma once
#include <optional>
#include <string>

#include "measure/metric_info.h"

namespace qtool {

/// `top-1`; of a metric against a reference `same top-1 as float`.
[[nodiscard]] std::string metric_title(const MetricInfo& metric, const std::string& reference = "float");
/// `91.50 %`, `31.25 dB`, `0.01234`; `-` where there is none.
[[nodiscard]] std::string metric_text(const MetricInfo& metric, const std::optional<double>& value);
/// A number of the metric without its unit.
[[nodiscard]] std::string metric_number(const MetricInfo& metric, double value);
/// What stands behind a difference of two values: ` points` of percents, ` dB`, nothing.
[[nodiscard]] std::string difference_unit(const MetricInfo& metric);

}  // namespace qtool
