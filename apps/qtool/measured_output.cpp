#include "measured_output.h"

#include <cmath>
#include <map>
#include <optional>

#include "report/job/json_parts.h"
#include "report/job/metric_text.h"

namespace qtool {

using Json = nlohmann::ordered_json;

Json metrics_json(const Evaluation& evaluation) {
  auto metrics = Json::array();
  for (const auto& metric : evaluation.metrics) metrics.push_back(metric_json(metric.info));
  return metrics;
}

Json values_json(const Evaluation& evaluation) {
  std::vector<MetricInfo> infos;
  std::map<std::string, double> values;
  for (const auto& metric : evaluation.metrics) {
    infos.push_back(metric.info);
    values[metric.info.name] = metric.value;
  }
  return values_json(infos, values);
}

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
