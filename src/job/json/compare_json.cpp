#include "job/json/compare_json.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "report/job/json_node.h"
#include "report/job/json_parts.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

const JsonOrigin kCompareJson = printed_by("compare");

Json site_json(const std::optional<ReportLayer>& site) {
  if (!site) return nullptr;
  return {{"scheme", site->scheme.empty() ? Json(nullptr) : Json(site->scheme)},
          {"scale_min", nullable(site->scale_min)},
          {"scale_max", nullable(site->scale_max)},
          {"sqnr_db", nullable(site->sqnr_db)},
          {"damage", nullable(site->damage)},
          {"reason", site->reason.empty() ? Json(nullptr) : Json(site->reason)}};
}

Json layer_json(const std::optional<ReportBlame>& layer) {
  if (!layer) return nullptr;
  return {
      {"damage", layer->damage}, {"alone", quality_json(layer->alone)}, {"gain", quality_json(layer->gain)}};
}

}  // namespace

std::string to_json(const Comparison& result) {
  Json json = {{"schema", 2}};
  for (const char* key : {"metrics", "settings", "layers", "sites", "notes", "gates"})
    json[key] = Json::array();
  for (const auto& change : result.metrics)
    json["metrics"].push_back(
        {{"name", change.name}, {"before", nullable(change.before)}, {"after", nullable(change.after)}});
  for (const auto& change : result.settings)
    json["settings"].push_back(
        {{"key", change.key}, {"before", nullable(change.before)}, {"after", nullable(change.after)}});
  for (const auto& change : result.layers)
    json["layers"].push_back({{"layer", change.layer},
                              {"before", layer_json(change.before)},
                              {"after", layer_json(change.after)}});
  for (const auto& change : result.sites)
    json["sites"].push_back(
        {{"site", change.site}, {"before", site_json(change.before)}, {"after", site_json(change.after)}});
  json["notes"] = result.notes;
  for (const auto& gate : result.gates) json["gates"].push_back(gate_json(gate));
  return json_text(json);
}

std::vector<GateResult> read_compare_gates(const std::string& text) {
  const Json json = read_json(text, kCompareJson);
  return JsonNode(kCompareJson, json).at("gates").list(gate_from);
}

}  // namespace qtool
