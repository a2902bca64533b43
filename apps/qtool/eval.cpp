#include "job/eval.h"

#include <cmath>

#include "command.h"
#include "job/json/eval_json.h"
#include "measured_output.h"
#include "report/job/report_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string metrics_text(const EvalResult& result) {
  std::vector<std::vector<std::string>> rows = {target_titles(result.model)};
  if (rows[0].empty()) return "";
  rows[0].insert(rows[0].begin(), "model");
  const auto add = [&](const Evaluation& evaluation) {
    auto& row = rows.emplace_back(target_values(evaluation));
    row.insert(row.begin(), evaluation.name);
  };
  if (result.reference) add(*result.reference);
  add(result.model);
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

std::string evaluation_text(const EvalResult& result) {
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
  print_measured(result, context, "evaluate on " + std::to_string(result.samples) + " samples",
                 evaluation_text);
  return 0;
}

}  // namespace

Command eval_command() {
  return make_command<EvalOptions>(
      "eval", "accuracy on labels, and agreement with another model",
      "qtool eval out/model.int8.pt --against model.pt --data idx:/usr/share/datasets/fashion-mnist", run);
}

}  // namespace qtool
