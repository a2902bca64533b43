#include "job/road/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/names.h"
#include "report/job/json_parts.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

bool says_nothing_of_numbers(const std::string& path, const OptionField& field) {
  const auto is_one_of = [&](std::initializer_list<FieldTrait> traits) {
    return std::any_of(traits.begin(), traits.end(), [&](FieldTrait trait) { return field.has(trait); });
  };
  return is_one_of({path_field, spec_field, flag_only, output_field}) || path.starts_with("ci.") ||
         path.starts_with("gates.") || path == "report" || path == "blame_samples" || path == "prefer" ||
         path == "train.resume";
}

Json rung_json(const Rung& rung, const std::vector<MetricInfo>& metrics) {
  return {{"name", rung.name},
          {"values", values_json(metrics, rung.values)},
          {"sqnr_db", nullable(rung.sqnr_db)}};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> recipe_of(const OptionGroup& tree) {
  std::vector<std::pair<std::string, std::string>> recipe;
  for_each_field(tree, [&](const std::string& path, const OptionField& field) {
    if (!says_nothing_of_numbers(path, field)) recipe.emplace_back(path, join(field.get()));
  });
  return recipe;
}

std::string manifest_of(const Report& report, const std::string& target, const std::string& data_sha256,
                        const std::vector<std::pair<std::string, std::string>>& recipe,
                        const std::string& weights_sha256) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json json = {{"schema", 1},      {"qtool", report.tool.version}, {"libtorch", report.tool.libtorch},
               {"target", target}, {"engine", report.tool.engine}, {"seed", report.tool.seed}};
  json["model"] = {{"sha256", text_or_null(report.model.sha256)}};
  json["data"] = {{"sha256", text_or_null(data_sha256)},
                  {"calibration_samples", report.data.calibration_samples}};
  if (!weights_sha256.empty()) json["weights"] = {{"sha256", weights_sha256}};
  json["recipe"] = Json::object();
  for (const auto& [key, value] : recipe) json["recipe"][key] = value;
  json["samples"] = report.accuracy.samples;
  json["ladder"] = Json::array();
  for (const auto& rung : report.accuracy.ladder)
    json["ladder"].push_back(rung_json(rung, report.accuracy.metrics));
  return json_text(json);
}

}  // namespace qtool
