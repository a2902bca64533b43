#pragma once
/// For .cpp files that write JSON: the JSON library takes long to compile.
#include <nlohmann/json.hpp>
#include <optional>

#include "report/job/report.h"

namespace qtool {

/// null where there is no value
template <class T>
[[nodiscard]] nlohmann::ordered_json nullable(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// A list of what `to_json` makes of each element.
template <class Element, class ToJson>
[[nodiscard]] nlohmann::ordered_json array_json(const std::vector<Element>& elements, ToJson to_json) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& element : elements) json.push_back(to_json(element));
  return json;
}

[[nodiscard]] inline nlohmann::ordered_json metric_json(const MetricInfo& metric) {
  return {{"name", metric.name},
          {"title", metric.title},
          {"unit", metric.unit},
          {"better", to_string(metric.better)},
          {"against", to_string(metric.against)}};
}

/// The values of metrics by name, in the order of `metrics`; null where there is none.
[[nodiscard]] inline nlohmann::ordered_json values_json(const std::vector<MetricInfo>& metrics,
                                                        const std::map<std::string, double>& values) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& metric : metrics) {
    const auto value = values.find(metric.name);
    json[metric.name] =
        value == values.end() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(value->second);
  }
  return json;
}

[[nodiscard]] inline nlohmann::ordered_json quality_json(const ReportQuality& quality) {
  return {{"sqnr_db", quality.sqnr_db}, {"agreement", nullable(quality.agreement)}};
}

[[nodiscard]] inline nlohmann::ordered_json input_json(const ReportInput& input) {
  nlohmann::ordered_json reader = nullptr;
  if (!input.first_reader.empty()) reader = input.first_reader;
  return {
      {"name", input.name}, {"dtype", input.dtype}, {"shape", input.shape},         {"low", input.low},
      {"high", input.high}, {"mean", input.mean},   {"deviation", input.deviation}, {"first_reader", reader}};
}

/// Keys for what arrived, into what is told of the data.
inline void add_arrival(nlohmann::ordered_json& json, const std::vector<ReportInput>& inputs,
                        const std::vector<std::string>& notes) {
  json["inputs"] = nlohmann::ordered_json::array();
  for (const auto& input : inputs) json["inputs"].push_back(input_json(input));
  json["notes"] = notes;
}

[[nodiscard]] inline nlohmann::ordered_json gate_json(const GateResult& gate) {
  return {{"name", gate.name},
          {"limit", gate.limit},
          {"value", nullable(gate.value)},
          {"passed", gate.passed},
          {"within_noise", gate.within_noise},
          {"text", gate.text}};
}

}  // namespace qtool
