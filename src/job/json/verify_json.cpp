#include "job/json/verify_json.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "job/json/evaluation_json.h"
#include "report/job/json_parts.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

Json file_json(const VerifiedFile& file) {
  Json json = {{"file", file.file}, {"target", file.target}};
  json["runtime"] = file.runtime.empty() ? Json(nullptr) : Json(file.runtime);
  json["not_run"] = file.not_run.empty() ? Json(nullptr) : Json(file.not_run);
  if (!file.not_run.empty()) return json;
  json["values"] = values_json(file.evaluation);
  json["simulated"] = {{"max_steps", file.difference.max_steps},
                       {"differing", file.difference.differing},
                       {"same_top1", nullable(file.difference.same_top1)},
                       {"max_difference", file.difference.max_difference},
                       {"sqnr_db", nullable(std::optional(file.evaluation.with_first.sqnr_db))}};
  return json;
}

}  // namespace

std::string to_json(const VerifyResult& result) {
  Json json = {{"schema", 1}, {"samples", result.samples}, {"metrics", metrics_json(result.simulated)}};
  json["simulated"] = {{"values", values_json(result.simulated)}};
  json["files"] = Json::array();
  for (const auto& file : result.files) json["files"].push_back(file_json(file));
  add_arrival(json["data"], result.arrival.inputs, result.arrival.notes);
  json["warnings"] = result.warnings;
  return json_text(json);
}

}  // namespace qtool
