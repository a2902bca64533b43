#include "report/job/metric_text.h"

#include "report/markdown_table.h"

namespace qtool {

std::string metric_title(const MetricInfo& metric, const std::string& reference) {
  return metric.title + (metric.against == Against::kReference ? " as " + reference : "");
}

std::string metric_text(const MetricInfo& metric, const std::optional<double>& value) {
  if (!value) return "-";
  return metric_number(metric, *value) + (metric.unit.empty() ? "" : " " + metric.unit);
}

/// Percents and decibels have a size of their own; of other units nobody knows how many digits tell something.
std::string metric_number(const MetricInfo& metric, double value) {
  return metric.unit == "%" || metric.unit == "dB" ? fixed(value, 2) : short_number(value);
}

std::string difference_unit(const MetricInfo& metric) {
  if (metric.unit == "%") return " points";
  return metric.unit.empty() ? "" : " " + metric.unit;
}

}  // namespace qtool
