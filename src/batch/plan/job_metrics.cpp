#include "batch/plan/job_metrics.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"
#include "report/job/read_report.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

Json parse(const std::string& text) {
  Json json;
  return parse_json(text, json).empty() && json.is_object() ? json : Json::object();
}

/// The value at a JSON pointer; null where there is none.
Json at(const Json& json, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  return json.contains(place) ? json.at(place) : Json();
}

std::optional<double> number(const Json& json, const std::string& pointer) {
  const Json value = at(json, pointer);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::optional<int64_t> integer(const Json& json, const char* pointer) {
  const Json value = at(json, pointer);
  return value.is_number_integer() ? std::optional(value.get<int64_t>()) : std::nullopt;
}

/// What metric_json() wrote; empty where this is not that.
std::optional<MetricInfo> info_from(const Json& json) {
  const auto text = [&](const char* key) {
    const Json value = at(json, std::string("/") + key);
    return value.is_string() ? value.get<std::string>() : "";
  };
  MetricInfo info{.name = text("name"), .title = text("title"), .unit = text("unit")};
  if (info.name.empty()) return std::nullopt;
  info.better = text("better") == to_string(Better::kLower) ? Better::kLower : Better::kHigher;
  info.against = text("against") == to_string(Against::kReference) ? Against::kReference : Against::kTargets;
  return info;
}

std::vector<std::string> failed_gates(const Json& json) {
  std::vector<std::string> names;
  for (const Json& gate : at(json, "/gates"))
    if (at(gate, "/passed") == false) names.push_back(gate.value("name", ""));
  return names;
}

}  // namespace

JobMetrics quantization_metrics(const std::string& result_json) {
  JobMetrics metrics{.failed_gates = failed_gates(parse(result_json))};
  Report report;
  try {
    report = read_report_text(result_json, "result");
  } catch (const Error&) {
    return metrics;
  }
  const auto value_of = [&](const MetricInfo* metric) -> std::optional<MetricValue> {
    const Rung* int8 = report.rung("int8");
    const auto value = metric && int8 ? int8->value(metric->name) : std::nullopt;
    return value ? std::optional(MetricValue{*metric, *value}) : std::nullopt;
  };
  metrics.metric = value_of(report.accuracy.metric());
  metrics.agreement = value_of(report.accuracy.agreement());
  if (const auto& drop = report.accuracy.drop) {
    metrics.drop = drop->value;
    metrics.drop_low = drop->low;
    metrics.drop_high = drop->high;
  }
  if (report.size.float_bytes > 0) metrics.size_ratio = report.size.ratio();
  if (report.size.int8_bytes > 0) metrics.bytes = report.size.int8_bytes;
  if (const auto& latency = report.timing.latency) {
    metrics.latency_ms = latency->int8_ms;
    metrics.batch = latency->batch;
  }
  return metrics;
}

JobMetrics training_metrics(const std::string& result_json) {
  const Json json = parse(result_json);
  const auto info = info_from(at(json, "/metric"));
  const auto score = number(json, "/best/validation_score");
  return {.metric = info && score ? std::optional(MetricValue{*info, *score}) : std::nullopt};
}

JobMetrics evaluation_metrics(const std::string& result_json) {
  const Json json = parse(result_json);
  JobMetrics metrics;
  for (const Json& element : at(json, "/metrics")) {
    const auto info = info_from(element);
    const auto value = info ? number(json, "/model/values/" + info->name) : std::nullopt;
    if (!value) continue;
    auto& place = info->against == Against::kReference ? metrics.agreement : metrics.metric;
    if (!place) place = MetricValue{*info, *value};
  }
  if (!metrics.metric) return metrics;
  const auto& [info, value] = *metrics.metric;
  if (const auto reference = number(json, "/against/values/" + info.name))
    metrics.drop = info.loss(*reference, value);
  return metrics;
}

JobMetrics bench_metrics(const std::string& result_json) {
  const Json json = parse(result_json);
  const Json rows = at(json, "/rows");
  if (!rows.is_array() || rows.empty()) return {};
  return {.latency_ms = number(rows.back(), "/median_ms"), .batch = integer(rows.back(), "/batch")};
}

JobMetrics comparison_metrics(const std::string& result_json) {
  return {.failed_gates = failed_gates(parse(result_json))};
}

}  // namespace qtool
