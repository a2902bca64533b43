#include "measured_output.h"

#include <cmath>
#include <optional>

#include "report/job/metric_text.h"

namespace qtool {

std::string value_text(const MetricResult& metric) {
  return metric_text(metric.info, std::isnan(metric.value) ? std::nullopt : std::optional(metric.value));
}

std::vector<std::string> target_titles(const Evaluation& evaluation) {
  std::vector<std::string> titles;
  for (const auto& metric : evaluation.metrics)
    if (metric.info.against != Against::kReference) titles.push_back(metric.info.title);
  return titles;
}

std::vector<std::string> target_values(const Evaluation& evaluation) {
  std::vector<std::string> values;
  for (const auto& metric : evaluation.metrics)
    if (metric.info.against != Against::kReference) values.push_back(value_text(metric));
  return values;
}

}  // namespace qtool
