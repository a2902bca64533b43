#include "report/job/schema_2.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/job/json_parts.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

/// What schema 2 had, whatever metrics there are today.
const MetricInfo kMetrics[] = {{"top1", "top-1", "%", Better::kHigher, Against::kLabels},
                               {"top5", "top-5", "%", Better::kHigher, Against::kLabels},
                               {"agreement", "same top-1", "%", Better::kHigher, Against::kReference}};

Json in_percent(const Json& value) { return value.is_number() ? Json(value.get<double>() * 100) : value; }

void upgrade_rung(Json& rung) {
  Json values = Json::object();
  for (const auto& metric : kMetrics)
    if (rung.contains(metric.name)) values[metric.name] = in_percent(rung[metric.name]);
  rung["values"] = values;
}

/// Those that a rung has a value of.
Json metrics_of(const Json& ladder) {
  Json metrics = Json::array();
  for (const auto& metric : kMetrics)
    if (std::any_of(ladder.begin(), ladder.end(), [&](const Json& rung) {
          return rung.is_object() && !rung["values"].value(metric.name, Json()).is_null();
        }))
      metrics.push_back(metric_json(metric));
  return metrics;
}

}  // namespace

void upgrade_fractions(Json& report) {
  report["schema"] = kReportSchema;
  if (!report.contains("accuracy") || !report["accuracy"].is_object()) return;
  Json& accuracy = report["accuracy"];
  if (accuracy.contains("ladder") && accuracy["ladder"].is_array()) {
    for (auto& rung : accuracy["ladder"])
      if (rung.is_object()) upgrade_rung(rung);
    const Json metrics = metrics_of(accuracy["ladder"]);
    accuracy["metrics"] = metrics;
  }
  if (accuracy.contains("drop") && accuracy["drop"].is_object())
    for (auto& value : accuracy["drop"]) value = in_percent(value);
}

}  // namespace qtool
