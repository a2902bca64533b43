#include "job/delivery.h"

#include <ATen/core/grad_mode.h>

#include <filesystem>

#include "base/atomic_file.h"
#include "base/cpu.h"
#include "base/version.h"
#include "calibrate/statistics_file.h"
#include "export/torchscript/quantized_ops.h"
#include "graph/belongings.h"
#include "graph/view.h"
#include "job/data_splits.h"
#include "job/explain.h"
#include "job/gate_labels.h"
#include "job/input_survives.h"
#include "job/other_engines.h"
#include "job/speed.h"
#include "job/staging_folder.h"
#include "job/trial.h"
#include "job/written_model.h"
#include "measure/resources.h"
#include "report/sha256.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

constexpr const char* kInt8Name = "model.int8.pt";
constexpr const char* kFakeQuantName = "model.fakequant.pt";
constexpr const char* kCalibrationName = "calibration.json";
constexpr const char* kConfigName = "config.resolved.yaml";
constexpr const char* kReportJson = "report.json";
constexpr const char* kReportMarkdown = "report.md";
constexpr const char* kReportHtml = "report.html";

constexpr int64_t kSamplesForOtherEngines = 8;

/// Those of an earlier run are not of the models that stand there now.
void remove_reports(const std::string& folder) {
  for (const char* name : {kReportJson, kReportMarkdown, kReportHtml})
    std::filesystem::remove(in_folder(folder, name));
}

ReportTool describe_tool(const Quantization& quantization, const CommonOptions& common) {
  return {.version = qtool_version(),
          .libtorch = libtorch_version(),
          .engine = to_string(quantization.engine),
          .cpu_features = cpu_features(),
          .threads = thread_count(common),
          .seed = common.seed};
}

/// The models as their files have them.
struct WrittenModels {
  Model simulated, int8;
};

/// Scale of what forward() returns first, or 0 where that stays float.
double output_step(const Outcome& outcome) {
  const auto outputs = view(outcome.start.canonical).outputs;
  if (outputs.empty()) return 0;
  const auto site = outcome.start.plan.grid_of.find(outputs[0]);
  return site == outcome.start.plan.grid_of.end() ? 0 : outcome.qparams[site->second].scale();
}

void verify_into(Report& report, const Outcome& outcome, WrittenModels& written,
                 const QuantizeOptions& options, StageClock& clock, Progress& progress) {
  std::vector<LadderRung> rungs = {{"float", &outcome.start.original}, {"folded", &outcome.start.canonical}};
  rungs.insert(rungs.end(), outcome.rungs.begin(), outcome.rungs.end());
  rungs.push_back({"simulated", &written.simulated});
  auto verification = verify(rungs, written.int8, output_step(outcome), options, progress);
  report.accuracy = std::move(verification.accuracy);
  report.simulated_vs_int8 = verification.simulated_vs_int8;
  add_new(report.data.notes, verification.notes);
  add_new(report.warnings, verification.warnings);
  clock.begin("time");
  report.timing.latency = compare_speed(outcome.start.original, written.int8, options.data, progress);
}

}  // namespace

std::string in_folder(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

void prepare_folder(const QuantizeOptions& options) {
  check_gates_have_labels(options);
  check_input_survives(options.model, options.output, {kInt8Name, kFakeQuantName});
  ensure_folder(options.output);
}

Report deliver(const Outcome& outcome, const Assignment& assignment, StageClock& clock, Progress& progress) {
  const auto& options = assignment.options;
  const auto& plan = outcome.start.plan;
  clock.begin("simulate and lower");
  auto simulated = simulate(outcome.canonical, plan, outcome.qparams);
  auto int8 = lower_to_quantized_ops(outcome.canonical, plan, outcome.qparams);

  for (auto* made : {&simulated, &int8}) carry_over(outcome.start.original, *made);

  clock.begin("write");
  const StagingFolder staging(options.output);
  write_statistics(outcome.statistics, staging.path(kCalibrationName));
  simulated.save(staging.path(kFakeQuantName));
  int8.save(staging.path(kInt8Name));
  write_file(staging.path(kConfigName), assignment.resolved_config);

  Report report;
  report.tool = describe_tool(outcome.start, assignment.common);
  report.model = {options.model, outcome.start.file.sha256};
  report.data = {options.data, outcome.statistics.samples, outcome.arrival.inputs, outcome.arrival.notes};
  report.warnings = outcome.arrival.warnings;
  report.size = {outcome.start.file.bytes, file_bytes(staging.path(kInt8Name))};
  report.settings = assignment.settings;
  for (const auto& [key, value] : report.settings)
    if (const auto origin = assignment.common.setting_origins.find(key);
        origin != assignment.common.setting_origins.end())
      report.setting_origins.insert(*origin);
  for (auto& warning : warnings_of_file(outcome.start.original))
    report.warnings.push_back(std::move(warning));
  for (auto& warning : warnings_of_chance(outcome.start.canonical))
    report.warnings.push_back(std::move(warning));
  for (auto& warning : examine(outcome.statistics)) report.warnings.push_back(std::move(warning));

  clock.begin("verify");
  WrittenModels written{
      load_back(staging.path(kFakeQuantName), options.model).made_of(outcome.start.original),
      load_back(staging.path(kInt8Name), options.model).made_of(outcome.start.original)};
  if (options.verify_samples != 0 && !options.data.empty()) {
    verify_into(report, outcome, written, options, clock, progress);
    const Trial trial(outcome.start.canonical,
                      first_samples(outcome.start.original, options.data, kSamplesForOtherEngines));
    for (auto& warning :
         warnings_of_other_engines(staging.path(kInt8Name), written.int8, outcome.start.engine, trial))
      report.warnings.push_back(std::move(warning));
  } else if (!options.data.empty()) {
    const at::NoGradGuard no_grad;
    const auto sample = first_samples(outcome.start.original, options.data, 1);
    (void)written.simulated.forward(sample);
    (void)written.int8.forward(sample);
  }
  remove_reports(options.output);
  staging.publish({kCalibrationName, kFakeQuantName, kInt8Name, kConfigName});

  if (options.report) explain(report, outcome, options, clock, progress);
  report.gates = check_gates(options.gates, report);
  return report;
}

void finish_report(Report& report, const Assignment& assignment, StageClock& clock,
                   const std::vector<const char*>& more) {
  const auto& options = assignment.options;
  report.timing.stages_s = clock.stages();
  report.timing.peak_rss_bytes = peak_rss_bytes();
  if (!options.report) return;
  std::vector<const char*> names = {kInt8Name, kFakeQuantName, kCalibrationName, kConfigName};
  names.insert(names.end(), more.begin(), more.end());
  for (const char* name : names) report.files.push_back(describe_file(options.output, name));
  write_file(in_folder(options.output, kReportJson), to_json(report));
  write_file(in_folder(options.output, kReportMarkdown), to_markdown(report));
  write_file(in_folder(options.output, kReportHtml), to_html(report));
}

}  // namespace qtool
