#include "job/road/delivery.h"

#include <ATen/core/grad_mode.h>

#include "base/atomic_file.h"
#include "base/cpu.h"
#include "base/version.h"
#include "calibrate/calibrate.h"
#include "calibrate/statistics_file.h"
#include "explain/explain.h"
#include "explain/trial.h"
#include "export/target.h"
#include "job/files/job_folder.h"
#include "job/files/staging_folder.h"
#include "job/files/written_model.h"
#include "job/road/gate_labels.h"
#include "job/road/other_engines.h"
#include "job/road/speed.h"
#include "job/road/training_verdict.h"
#include "measure/resources.h"
#include "plan/site_weights.h"

namespace qtool {
namespace {

constexpr int64_t kSamplesForOtherEngines = 8;
constexpr int64_t kExampleSamples =
    2;  ///< for files that say shapes: more than one, so that no batch is squeezed

template <class Items>
void append(std::vector<std::string>& to, Items&& items) {
  for (auto& item : items) to.push_back(std::move(item));
}

/// The targets whose files the job writes: those that were asked for, and the simulation.
std::vector<const Target*> written_targets(std::vector<const Target*> asked) {
  asked.push_back(&simulation_target());
  return asked;
}

/// Names of the files that a job for these targets writes: the models, and what they came from.
std::vector<const char*> delivered_files(const std::vector<const Target*>& targets) {
  std::vector<const char*> names;
  for (const auto* target : written_targets(targets)) names.push_back(target->file);
  names.insert(names.end(), {kCalibrationFile, kConfigFile});
  return names;
}

/// The files that were written, opened again.
struct WrittenModels {
  Model simulated, int8;
};

/// Scale of what forward() returns first, or 0 where that stays float.
double output_step(const Outcome& outcome) {
  const auto& [model, plan, qparams] = outcome.solution;
  const auto outputs = outcome.start.graph.outputs;
  if (outputs.empty()) return 0;
  const auto site = plan.grid_of.find(outputs[0]);
  return site == plan.grid_of.end() || !qparams[site->second].is_known() ? 0 : qparams[site->second].scale();
}

void write_files(const StagingFolder& staging, const Outcome& outcome, const Assignment& assignment) {
  write_statistics(outcome.statistics, staging.path(kCalibrationFile));
  auto& data = assignment.data;
  const Belongings belongings{.original = outcome.start.original,
                              .example = data.is_given()
                                             ? data.first_samples(outcome.start.original, kExampleSamples)
                                             : std::vector<at::Tensor>{}};
  for (const auto* target : written_targets(outcome.start.targets))
    target->write(outcome.solution, belongings, staging.path(target->file));
  write_file(staging.path(kConfigFile), assignment.context.resolved_config);
}

Model open_again(const StagingFolder& staging, const Target& target, const Outcome& outcome,
                 const QuantizeOptions& options) {
  return load_back(staging.path(target.file), options.model).made_of(outcome.start.original);
}

/// All that is known before the files are run.
Report begin_report(const Outcome& outcome, const Assignment& assignment, int64_t int8_bytes) {
  const auto& options = assignment.options;
  const auto& common = assignment.context.common;
  Report report;
  report.tool = {.version = qtool_version(),
                 .libtorch = libtorch_version(),
                 .engine = to_string(outcome.start.engine),
                 .cpu_features = cpu_features(),
                 .threads = thread_count(common),
                 .seed = common.seed};
  report.model = {options.model, outcome.start.file.sha256};
  report.data = {options.data, outcome.statistics.samples, outcome.arrival.inputs, outcome.arrival.notes};
  report.size = {outcome.start.file.bytes, int8_bytes};
  report.settings = assignment.settings;
  for (const auto& [key, value] : report.settings)
    if (const auto origin = common.setting_origins.find(key); origin != common.setting_origins.end())
      report.setting_origins.insert(*origin);
  report.warnings = outcome.arrival.warnings;
  append(report.warnings, warnings_of_file(outcome.start.original));
  append(report.warnings, warnings_of_chance(outcome.start.canonical));
  append(report.warnings, examine(outcome.statistics));
  return report;
}

void verify_into(Report& report, const Outcome& outcome, const Assignment& assignment, WrittenModels& written,
                 StageClock& clock) {
  auto& progress = assignment.context.progress;
  std::vector<LadderRung> rungs = {{"float", &outcome.start.original}, {"folded", &outcome.start.canonical}};
  rungs.insert(rungs.end(), outcome.rungs.begin(), outcome.rungs.end());
  rungs.push_back({"simulated", &written.simulated, true});
  auto verification =
      verify(rungs, written.int8, output_step(outcome), assignment.options, assignment.data, progress);
  report.accuracy = std::move(verification.accuracy);
  report.simulated_vs_int8 = verification.simulated_vs_int8;
  add_new(report.data.notes, verification.notes);
  add_new(report.warnings, verification.warnings);
  clock.begin("time");
  report.timing.latency = compare_speed(outcome.start.original, written.int8, assignment.data, progress);
}

/// Throws where a file that loads does not run.
void run_once(WrittenModels& written, const std::vector<at::Tensor>& sample) {
  const at::NoGradGuard no_grad;
  (void)written.simulated.forward(sample);
  (void)written.int8.forward(sample);
}

/// Training moves what activations hold, so what a trained model is explained with is seen afresh.
Statistics statistics_of(const Outcome& outcome, const std::vector<at::Tensor>& sample) {
  if (!outcome.explained || sample.empty()) return outcome.statistics;
  return calibrate(outcome.explained->model, outcome.explained->plan, sample);
}

void explain_into(Report& report, const Outcome& outcome, const Assignment& assignment, StageClock& clock) {
  const auto& options = assignment.options;
  std::vector<at::Tensor> sample;
  if (assignment.data.is_given() && options.blame_samples != 0)
    sample = assignment.data.first_samples(outcome.start.original, options.blame_samples);
  const auto statistics = statistics_of(outcome, sample);
  const Explained explained{.solution = outcome.explained ? *outcome.explained : outcome.solution,
                            .recipe = options.recipe,
                            .backend = outcome.start.backend,
                            .statistics = statistics,
                            .is_trained = outcome.explained != nullptr};
  auto explanation = explain(explained, site_weights(outcome.solution.model, outcome.solution.plan), sample,
                             clock, assignment.context.progress);
  report.blame = std::move(explanation.blame);
  report.layers = std::move(explanation.layers);
}

void add_training(Report& report, const TrainingStory& story) {
  report.curve = story.curve;
  report.curve_metric = story.metric;
  append(report.warnings, std::vector(story.warnings));
  if (auto verdict = training_verdict(report.accuracy)) report.warnings.push_back(*std::move(verdict));
}

void finish_report(Report& report, const Outcome& outcome, const QuantizeOptions& options,
                   StageClock& clock) {
  report.timing.stages_s = clock.stages();
  report.timing.peak_rss_bytes = peak_rss_bytes();
  if (!options.report) return;
  auto names = delivered_files(outcome.start.targets);
  // Training that diverged in its first epoch has no history.
  if (outcome.training && !outcome.training->curve.empty()) names.push_back(kHistoryFile);
  write_reports(report, options.output, names);
}

}  // namespace

void prepare_delivery(const QuantizeOptions& options, JobData& data) {
  check_gates_have_labels(options, data);
  prepare_folder(options.output, options.model, delivered_files(targets_named(options.target)));
}

QuantizeResult deliver(const Outcome& outcome, const Assignment& assignment, StageClock& clock) {
  const auto& options = assignment.options;
  auto& data = assignment.data;
  const EngineScope engine(outcome.start.engine);
  clock.begin("write");
  const StagingFolder staging(options.output);
  write_files(staging, outcome, assignment);
  auto report = begin_report(outcome, assignment, file_bytes(staging.path(libtorch_target().file)));

  clock.begin("verify");
  WrittenModels written{open_again(staging, simulation_target(), outcome, options),
                        open_again(staging, libtorch_target(), outcome, options)};
  if (options.verify_samples != 0 && data.is_given()) {
    verify_into(report, outcome, assignment, written, clock);
    const Trial trial(outcome.start.canonical,
                      data.first_samples(outcome.start.original, kSamplesForOtherEngines));
    append(report.warnings, warnings_of_other_engines(staging.path(libtorch_target().file), written.int8,
                                                      outcome.start.engine, trial));
  } else if (data.is_given()) {
    run_once(written, data.first_samples(outcome.start.original, 1));
  }
  remove_reports(options.output);
  const auto files = delivered_files(outcome.start.targets);
  staging.publish({files.begin(), files.end()});

  if (options.report) explain_into(report, outcome, assignment, clock);
  report.gates = check_gates(options.gates, report);
  if (outcome.training) add_training(report, *outcome.training);
  finish_report(report, outcome, options, clock);
  const bool gates_passed = all_passed(report.gates);
  return {.report = std::move(report), .directory = options.output, .gates_passed = gates_passed};
}

}  // namespace qtool
