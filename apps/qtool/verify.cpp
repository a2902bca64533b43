#include "job/verify.h"

#include "command.h"
#include "job/json/verify_json.h"
#include "measured_output.h"
#include "report/job/report_text.h"
#include "report/job/target_table.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

/// A model, the metrics against targets, and how it stands to the simulation.
std::vector<std::string> row_of(const std::string& name, const std::string& runtime,
                                const std::vector<std::string>& metrics,
                                const std::vector<std::string>& to_simulation) {
  std::vector<std::string> row = {name, runtime};
  row.insert(row.end(), metrics.begin(), metrics.end());
  row.insert(row.end(), to_simulation.begin(), to_simulation.end());
  return row;
}

std::string verification_text(const VerifyResult& result) {
  std::vector<std::vector<std::string>> rows = {
      row_of("file", "run by", target_titles(result.simulated),
             {"same top-1 as simulated", "SQNR dB", "off by at most"}),
      row_of("simulated", "LibTorch", target_values(result.simulated), {"-", "-", "-"})};
  std::string others;
  for (const auto& file : result.files) {
    if (!file.not_run.empty()) {
      others += "not run: " + file.file + ": " + file.not_run + "\n";
      continue;
    }
    rows.push_back(row_of(file.file, file.runtime, target_values(file.evaluation),
                          {percent_or_dash(file.difference.same_top1),
                           sqnr_text(file.evaluation.with_first.sqnr_db), off_by_text(file.difference)}));
  }
  return columns(rows) + "\non " + std::to_string(result.samples) + " samples\n" + others;
}

int run(const VerifyOptions& options, const Context& context) {
  const VerifyResult result = run_verify(options, context);
  print_measured(result, context, "verify on " + std::to_string(result.samples) + " samples",
                 verification_text);
  return 0;
}

}  // namespace

Command verify_command() {
  return make_command<VerifyOptions>(
      "verify", "each model file of a job's folder, run on real samples against the simulated model",
      "qtool verify out --data idx:/usr/share/datasets/fashion-mnist", run);
}

}  // namespace qtool
