#include "batch/plan/job_metrics.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

Json parse(const std::string& text) {
  Json json;
  return parse_json(text, json).empty() && json.is_object() ? json : Json::object();
}

/// The value at a JSON pointer; null where there is none.
Json at(const Json& json, const char* pointer) {
  const Json::json_pointer place(pointer);
  return json.contains(place) ? json.at(place) : Json();
}

std::optional<double> number(const Json& json, const char* pointer) {
  const Json value = at(json, pointer);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::optional<int64_t> integer(const Json& json, const char* pointer) {
  const Json value = at(json, pointer);
  return value.is_number_integer() ? std::optional(value.get<int64_t>()) : std::nullopt;
}

std::vector<std::string> failed_gates(const Json& json) {
  std::vector<std::string> names;
  for (const Json& gate : at(json, "/gates"))
    if (at(gate, "/passed") == false) names.push_back(gate.value("name", ""));
  return names;
}

}  // namespace

JobMetrics quantization_metrics(const std::string& result_json) {
  const Json json = parse(result_json);
  JobMetrics metrics;
  const Json ladder = at(json, "/accuracy/ladder");
  for (const Json& rung : ladder)
    if (at(rung, "/name") == "int8") metrics.accuracy = number(rung, "/top1");
  metrics.drop = number(json, "/accuracy/drop/value");
  metrics.drop_low = number(json, "/accuracy/drop/low");
  metrics.drop_high = number(json, "/accuracy/drop/high");
  metrics.agreement = number(json, "/agreement");
  metrics.size_ratio = number(json, "/size_bytes/ratio");
  metrics.bytes = integer(json, "/size_bytes/int8");
  metrics.latency_ms = number(json, "/latency_ms/int8");
  metrics.batch = integer(json, "/latency_ms/batch");
  metrics.failed_gates = failed_gates(json);
  return metrics;
}

JobMetrics training_metrics(const std::string& result_json) {
  return {.accuracy = number(parse(result_json), "/best/validation_accuracy")};
}

JobMetrics evaluation_metrics(const std::string& result_json) {
  const Json json = parse(result_json);
  JobMetrics metrics{.accuracy = number(json, "/model/top1"),
                     .agreement = number(json, "/agreement/same_top1")};
  const auto reference = number(json, "/against/top1");
  if (metrics.accuracy && reference) metrics.drop = *reference - *metrics.accuracy;
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
