#include "job/json/evaluation_json.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/job/json_parts.h"

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

}  // namespace qtool
