#include "inspect_output.h"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "onnx_output.h"
#include "output.h"
#include "report/job/json_parts.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string to_json(const InspectResult& result) {
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["engine"] = result.engine;
  json["inputs"] = result.input_names;
  json["parameters"] = result.parameters;
  json["bytes"] = result.bytes;
  json["sites"] = nlohmann::ordered_json::array();
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
  };
  for (const PlannedSite& site : result.sites)
    json["sites"].push_back({{"site", site.site},
                             {"op", site.op},
                             {"scheme", text_or_null(site.scheme)},
                             {"reason", text_or_null(site.reason)}});
  json["targets"] = nlohmann::ordered_json::array();
  for (const PlannedTarget& target : result.targets)
    json["targets"].push_back({{"name", target.name},
                               {"file", target.file},
                               {"not_run_here", text_or_null(target.not_run_here)},
                               {"objections", target.objections}});
  add_arrival(json["data"], result.arrival.inputs, result.arrival.notes);
  json["manifest"] = manifest_json(result.manifest);
  json["warnings"] = result.warnings;
  return json_text(json);
}

std::string to_text(const PlannedTarget& target) {
  std::string text = target.name + ": " + target.file + ", " + target.about;
  if (!target.not_run_here.empty()) text += "; not to be proven here: " + target.not_run_here;
  for (const auto& objection : target.objections) text += "\n  cannot hold: " + objection;
  return text + "\n";
}

std::string to_text(const InspectResult& result) {
  std::vector<std::vector<std::string>> rows = {{"site", "operator", "plan"}};
  size_t quantized = 0;
  for (const PlannedSite& site : result.sites) {
    const bool is_float = site.scheme.empty();
    quantized += is_float ? 0 : 1;
    const std::string plan = is_float ? "float" : site.scheme;
    rows.push_back({site.site, site.op, site.reason.empty() ? plan : plan + ": " + site.reason});
  }
  std::string targets;
  for (const PlannedTarget& target : result.targets) targets += to_text(target);
  return columns(rows, Align::kText) + "\n" + std::to_string(quantized) + " of " +
         std::to_string(result.sites.size()) + " sites quantized for the engine " + result.engine + "; " +
         std::to_string(result.parameters) + " parameters, " + bytes_text(result.bytes) +
         ", inputs: " + join(result.input_names) + "\n" + targets + manifest_text(result.manifest);
}

}  // namespace

nlohmann::ordered_json manifest_json(const std::string& manifest) {
  nlohmann::ordered_json json;
  return manifest.empty() || !parse_json(manifest, json).empty() ? nlohmann::ordered_json(nullptr) : json;
}

std::string manifest_text(const std::string& manifest) {
  const auto json = manifest_json(manifest);
  return json.is_null() ? "" : "\nmanifest " + json_text(json);
}

void print_inspection(const InspectResult& result, bool json) {
  for (const auto& warning : result.warnings) spdlog::warn(warning);
  log_arrival(result.arrival);
  if (result.onnx)
    print(json ? onnx_json(result) : onnx_text(result));
  else
    print(json ? to_json(result) : to_text(result));
}

}  // namespace qtool
