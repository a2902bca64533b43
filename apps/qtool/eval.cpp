#include "job/eval.h"

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
#include "report/markdown_table.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

std::vector<MetricInfo> infos_of(const Evaluation& evaluation) {
  std::vector<MetricInfo> infos;
  for (const auto& metric : evaluation.metrics) infos.push_back(metric.info);
  return infos;
}

Json model_json(const Evaluation& evaluation) {
  std::map<std::string, double> values;
  for (const auto& metric : evaluation.metrics) values[metric.info.name] = metric.value;
  return {{"path", evaluation.name}, {"values", values_json(infos_of(evaluation), values)}};
}

Json output_json(const OutputQuality& output) {
  return {{"cosine", output.cosine},
          {"sqnr_db", output.sqnr_db},
          {"channels", output.channels},
          {"worst_channel", nullable(output.worst_channel)},
          {"worst_sqnr_db", output.worst_channel ? Json(output.worst_sqnr_db) : Json(nullptr)},
          {"constant_channels", output.constant}};
}

std::string value_text(const MetricResult& metric) {
  return metric_text(metric.info, std::isnan(metric.value) ? std::nullopt : std::optional(metric.value));
}

std::string to_json(const EvalResult& result) {
  Json json = {{"schema", 2}, {"samples", result.samples}, {"metrics", Json::array()}};
  for (const auto& metric : infos_of(result.model)) json["metrics"].push_back(metric_json(metric));
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

/// What the model is by the metrics against targets.
std::vector<std::string> metrics_row(const Evaluation& evaluation) {
  std::vector<std::string> row = {evaluation.name};
  for (const auto& metric : evaluation.metrics)
    if (metric.info.against != Against::kReference) row.push_back(value_text(metric));
  return row;
}

std::string metrics_text(const EvalResult& result) {
  std::vector<std::vector<std::string>> rows = {{"model"}};
  for (const auto& metric : result.model.metrics)
    if (metric.info.against != Against::kReference) rows[0].push_back(metric.info.title);
  if (rows[0].size() == 1) return "";
  if (result.reference) rows.push_back(metrics_row(*result.reference));
  rows.push_back(metrics_row(result.model));
  return columns(rows) + "\n";
}

std::string outputs_text(const std::vector<OutputQuality>& outputs) {
  std::vector<std::vector<std::string>> rows = {
      {"output", "SQNR dB", "cosine", "channels", "worst channel", "SQNR dB there"}};
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& output = outputs[i];
    rows.push_back({std::to_string(i), sqnr_text(output.sqnr_db), fixed(output.cosine, 6),
                    output.channels > 0 ? std::to_string(output.channels) : "-",
                    output.worst_channel ? std::to_string(*output.worst_channel) : "-",
                    output.worst_channel ? sqnr_text(output.worst_sqnr_db) : "-"});
  }
  return columns(rows);
}

std::string to_text(const EvalResult& result) {
  std::string text = metrics_text(result) + "on " + std::to_string(result.samples) + " samples";
  if (result.reference) {
    const Agreement& agreement = result.model.with_first;
    for (const auto& metric : result.model.metrics)
      if (metric.info.against == Against::kReference && !std::isnan(metric.value))
        text += "; " + metric.info.title + " " + value_text(metric);
    text += "; cosine " + fixed(agreement.cosine, 6) + ", SQNR " +
            (std::isinf(agreement.sqnr_db) ? "infinite" : fixed(agreement.sqnr_db, 2) + " dB") + "\n\n" +
            outputs_text(result.model.outputs);
    return text;
  }
  return text + "\n";
}

int run(const EvalOptions& options, const Context& context) {
  const EvalResult result = run_eval(options, context);
  context.progress.stage("");
  log_arrival(result.arrival);
  for (const auto& warning : result.warnings) spdlog::warn(warning);
  if (context.common.dry_run && !context.common.json)
    print("would evaluate on " + std::to_string(result.samples) + " samples\n");
  else
    print(context.common.json ? to_json(result) : to_text(result));
  return 0;
}

}  // namespace

Command eval_command() {
  return make_command<EvalOptions>(
      "eval", "accuracy on labels, and agreement with another model",
      "qtool eval out/model.int8.pt --against model.pt --data idx:/usr/share/datasets/fashion-mnist", run);
}

}  // namespace qtool
