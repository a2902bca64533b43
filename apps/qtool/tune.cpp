#include "job/tune.h"

#include "quantize_command.h"
#include "report/job/gates.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string tune_text(const TuneResult& result) {
  const auto& report = result.report;
  std::string text = tune_headline(report) + "\n";
  if (report.best) text += "model    " + shown_path(result.directory) + "\n";
  return text + "page     " + shown_path(result.directory + "/tune.html") + "\n";
}

/// The target, as CI shows it.
std::vector<GateResult> target_result(const TuneReport& report) {
  GateResult gate{
      .name = "max_drop", .limit = report.max_drop, .passed = report.is_met(), .text = tune_headline(report)};
  if (report.best) gate.value = report.trials[*report.best].drop->value;
  return {gate};
}

int run(const TuneOptions& options, const Context& context) {
  check(options);
  prepare_gate_output(options.ci);
  if (context.common.dry_run) return print_plan(options, context);
  const TuneResult result = run_tune(options, context);
  context.progress.stage("");
  print(context.common.json ? tune_json(result.report) : tune_text(result));
  publish_gates(options.ci, "qtool " + options.model, target_result(result.report), context.common.json);
  return result.report.is_met() ? 0 : kExitTargetMissed;
}

}  // namespace

Command tune_command() {
  return make_command<TuneOptions>(
      "tune", "look for the smallest int8 model that loses no more than asked",
      "qtool tune model.pt --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530 --max-drop "
      "0.5 "
      "--time-budget 10m -o out",
      run);
}

}  // namespace qtool
