#include "job/verify.h"

#include <spdlog/spdlog.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "command.h"
#include "output.h"
#include "report/job/json_parts.h"
#include "report/job/metric_text.h"
#include "report/job/report_text.h"
#include "report/job/target_table.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

std::vector<MetricInfo> infos_of(const Evaluation& evaluation) {
  std::vector<MetricInfo> infos;
  for (const auto& metric : evaluation.metrics) infos.push_back(metric.info);
  return infos;
}

Json values_of(const Evaluation& evaluation) {
  std::map<std::string, double> values;
  for (const auto& metric : evaluation.metrics) values[metric.info.name] = metric.value;
  return values_json(infos_of(evaluation), values);
}

Json file_json(const VerifiedFile& file) {
  Json json = {{"file", file.file}, {"target", file.target}};
  json["runtime"] = file.runtime.empty() ? Json(nullptr) : Json(file.runtime);
  json["not_run"] = file.not_run.empty() ? Json(nullptr) : Json(file.not_run);
  if (!file.not_run.empty()) return json;
  json["values"] = values_of(file.evaluation);
  json["simulated"] = {{"max_steps", file.difference.max_steps},
                       {"differing", file.difference.differing},
                       {"same_top1", nullable(file.difference.same_top1)},
                       {"max_difference", file.difference.max_difference},
                       {"sqnr_db", nullable(std::optional(file.evaluation.with_first.sqnr_db))}};
  return json;
}

std::string to_json(const VerifyResult& result) {
  Json json = {{"schema", 1}, {"samples", result.samples}, {"metrics", Json::array()}};
  for (const auto& metric : infos_of(result.simulated)) json["metrics"].push_back(metric_json(metric));
  json["simulated"] = {{"values", values_of(result.simulated)}};
  json["files"] = Json::array();
  for (const auto& file : result.files) json["files"].push_back(file_json(file));
  add_arrival(json["data"], result.arrival.inputs, result.arrival.notes);
  json["warnings"] = result.warnings;
  return json_text(json);
}

std::string value_text(const MetricResult& metric) {
  return metric_text(metric.info, std::isnan(metric.value) ? std::nullopt : std::optional(metric.value));
}

/// The first against targets, and whether it has the top-1 of the simulation.
std::vector<std::string> row_of(const std::string& name, const std::string& runtime,
                                const Evaluation& evaluation) {
  std::vector<std::string> row = {name, runtime};
  for (const auto& metric : evaluation.metrics)
    if (metric.info.against != Against::kReference) row.push_back(value_text(metric));
  return row;
}

std::string to_text(const VerifyResult& result) {
  std::vector<std::vector<std::string>> rows = {row_of("simulated", "LibTorch", result.simulated)};
  std::vector<std::string> titles = {"file", "run by"};
  for (const auto& metric : result.simulated.metrics)
    if (metric.info.against != Against::kReference) titles.push_back(metric.info.title);
  titles.insert(titles.end(), {"same top-1 as simulated", "SQNR dB", "off by at most"});
  rows[0].insert(rows[0].end(), {"-", "-", "-"});
  rows.insert(rows.begin(), titles);
  std::string others;
  for (const auto& file : result.files) {
    if (!file.not_run.empty()) {
      others += "not run: " + file.file + ": " + file.not_run + "\n";
      continue;
    }
    auto& row = rows.emplace_back(row_of(file.file, file.runtime, file.evaluation));
    row.push_back(percent_or_dash(file.difference.same_top1));
    row.push_back(sqnr_text(file.evaluation.with_first.sqnr_db));
    row.push_back(off_by_text(file.difference));
  }
  return columns(rows) + "\non " + std::to_string(result.samples) + " samples\n" + others;
}

int run(const VerifyOptions& options, const Context& context) {
  const VerifyResult result = run_verify(options, context);
  context.progress.stage("");
  log_arrival(result.arrival);
  for (const auto& warning : result.warnings) spdlog::warn(warning);
  if (context.common.dry_run && !context.common.json)
    print("would verify on " + std::to_string(result.samples) + " samples\n");
  else
    print(context.common.json ? to_json(result) : to_text(result));
  return 0;
}

}  // namespace

Command verify_command() {
  return make_command<VerifyOptions>(
      "verify", "each model file of a job's folder, run on real samples against the simulated model",
      "qtool verify out --data idx:/usr/share/datasets/fashion-mnist", run);
}

}  // namespace qtool
