#include "job/eval.h"

#include <spdlog/spdlog.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "command.h"
#include "output.h"
#include "report/job/json_parts.h"
#include "report/job/report_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

Json model_json(const Evaluation& evaluation) {
  Json json = {{"path", evaluation.name}};
  const auto& accuracy = evaluation.accuracy;
  json["top1"] = accuracy ? Json(accuracy->top1()) : Json(nullptr);
  json["top5"] = accuracy ? Json(accuracy->top5()) : Json(nullptr);
  return json;
}

Json output_json(const OutputQuality& output) {
  return {{"cosine", output.cosine},
          {"sqnr_db", output.sqnr_db},
          {"channels", output.channels},
          {"worst_channel", nullable(output.worst_channel)},
          {"worst_sqnr_db", output.worst_channel ? Json(output.worst_sqnr_db) : Json(nullptr)},
          {"constant_channels", output.constant}};
}

std::string to_json(const EvalResult& result) {
  Json json = {{"schema", 1}, {"samples", result.samples}, {"model", model_json(result.model)}};
  json["against"] = nullptr;
  if (result.reference) {
    const Agreement& agreement = result.model.with_first;
    json["against"] = model_json(*result.reference);
    json["agreement"] = {{"same_top1", nullable(agreement.same())},
                         {"cosine", agreement.cosine},
                         {"sqnr_db", agreement.sqnr_db},
                         {"max_difference", agreement.max_difference}};
    json["outputs"] = Json::array();
    for (const auto& output : result.model.outputs) json["outputs"].push_back(output_json(output));
  }
  add_arrival(json["data"], result.arrival.inputs, result.arrival.notes);
  json["warnings"] = result.warnings;
  return json_text(json);
}

std::vector<std::string> accuracy_row(const Evaluation& evaluation) {
  const auto& accuracy = evaluation.accuracy;
  return {evaluation.name, accuracy ? percent(accuracy->top1()) : "-",
          accuracy ? percent(accuracy->top5()) : "-"};
}

std::string accuracy_text(const EvalResult& result) {
  if (!result.model.accuracy) return "";
  std::vector<std::vector<std::string>> rows = {{"model", "top-1", "top-5"}};
  if (result.reference) rows.push_back(accuracy_row(*result.reference));
  rows.push_back(accuracy_row(result.model));
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
  std::string text = accuracy_text(result) + "on " + std::to_string(result.samples) + " samples";
  if (result.reference) {
    const Agreement& agreement = result.model.with_first;
    text += (agreement.same() ? "; same top-1 on " + percent(*agreement.same()) + ", cosine " : "; cosine ") +
            fixed(agreement.cosine, 6) + ", SQNR " +
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
