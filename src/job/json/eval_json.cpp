#include "job/json/eval_json.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "job/json/evaluation_json.h"
#include "report/job/json_node.h"
#include "report/job/json_parts.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

const JsonOrigin kEvalJson = printed_by("eval");

Json model_json(const Evaluation& evaluation) {
  return {{"path", evaluation.name}, {"values", values_json(evaluation)}};
}

Json output_json(const OutputQuality& output) {
  return {{"cosine", output.cosine},
          {"sqnr_db", output.sqnr_db},
          {"channels", output.channels},
          {"worst_channel", nullable(output.worst_channel)},
          {"worst_sqnr_db", output.worst_channel ? Json(output.worst_sqnr_db) : Json(nullptr)},
          {"constant_channels", output.constant}};
}

/// With the values of those metrics that have one.
Evaluation evaluation_from(const JsonNode& node, const std::vector<MetricInfo>& metrics) {
  Evaluation evaluation{.name = node.at("path").text()};
  const auto values = values_from(node.at("values"));
  for (const auto& info : metrics)
    if (const auto value = values.find(info.name); value != values.end())
      evaluation.metrics.push_back({.info = info, .value = value->second});
  return evaluation;
}

}  // namespace

std::string to_json(const EvalResult& result) {
  Json json = {{"schema", 2}, {"samples", result.samples}, {"metrics", metrics_json(result.model)}};
  json["model"] = model_json(result.model);
  json["against"] = nullptr;
  if (result.reference) {
    const Agreement& agreement = result.model.with_first;
    json["against"] = model_json(*result.reference);
    json["agreement"] = {{"cosine", agreement.cosine},
                         {"sqnr_db", agreement.sqnr_db},
                         {"max_difference", agreement.max_difference}};
    json["outputs"] = Json::array();
    for (const auto& output : result.model.outputs) json["outputs"].push_back(output_json(output));
  }
  add_arrival(json["data"], result.arrival.inputs, result.arrival.notes);
  json["warnings"] = result.warnings;
  return json_text(json);
}

EvalResult read_eval_json(const std::string& text) {
  const Json json = read_json(text, kEvalJson);
  const JsonNode root(kEvalJson, json);
  const auto metrics = root.at("metrics").list(metric_from);
  EvalResult result{.samples = root.at("samples").whole(),
                    .model = evaluation_from(root.at("model"), metrics),
                    .warnings = root.at("warnings").list(text_from)};
  if (const auto against = root.at("against"); !against.is_null())
    result.reference = evaluation_from(against, metrics);
  return result;
}

}  // namespace qtool
