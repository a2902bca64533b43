#include "job/road/delivery.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/cpu.h"
#include "base/sha256.h"
#include "base/version.h"
#include "calibrate/calibrate.h"
#include "calibrate/statistics_file.h"
#include "explain/explain.h"
#include "explain/trial.h"
#include "export/target.h"
#include "graph/border_types.h"
#include "graph/input_types.h"
#include "graph/passes/freeze.h"
#include "graph/read/onnx_file.h"
#include "graph/read/read_model.h"
#include "graph/tensor_inputs.h"
#include "job/files/job_folder.h"
#include "job/files/staging_folder.h"
#include "job/road/gate_labels.h"
#include "job/road/manifest.h"
#include "job/road/other_engines.h"
#include "job/road/slow_regions.h"
#include "job/road/speed.h"
#include "job/road/training_verdict.h"
#include "job/road/written_files.h"
#include "measure/resources.h"
#include "plan/site_weights.h"
#include "report/job/speed_text.h"

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

/// Names of the files that a job writes: the models, and what they came from.
std::vector<const char*> delivered_files(const QuantizeOptions& options) {
  std::vector<const char*> names;
  for (const auto* target : written_targets(targets_named(options.target))) names.push_back(target->file);
  if (options.float_onnx) names.push_back(kFloatOnnxFile);
  names.insert(names.end(), {kCalibrationFile, kConfigFile});
  return names;
}

/// The files that were written, opened again.
struct WrittenModels {
  WrittenFile simulated;
  std::vector<WrittenFile> files;  ///< of the targets, as they were asked for
};

/// Of weights that lie beside a file, too.
int64_t all_bytes(const std::string& path) {
  const auto data = onnx_data_file(path);
  return file_bytes(path) + (std::filesystem::exists(data) ? file_bytes(data) : 0);
}

/// Empty where all weights lie in the file.
std::string sha256_of_weights(const std::string& path) {
  const auto data = onnx_data_file(path);
  return std::filesystem::exists(data) ? sha256_file(data) : "";
}

/// Scale of what forward() returns first, or 0 where that stays float.
double output_step(const Outcome& outcome) {
  const auto& [model, plan, qparams] = outcome.solution;
  const auto outputs = outcome.start.graph.outputs;
  if (outputs.empty()) return 0;
  const auto site = plan.grid_of.find(outputs[0]);
  return site == plan.grid_of.end() || !qparams[site->second].is_known() ? 0 : qparams[site->second].scale();
}

/// What is written of a job: a solution that has the types of the float file at its border.
struct Manuscript {
  Solution solution;
  Model canonical;                  ///< the float model
  std::vector<at::Tensor> example;  ///< inputs of both; empty where there is no data
};

Manuscript manuscript_of(const Outcome& outcome, std::vector<at::Tensor> example) {
  const auto& types = outcome.start.original.notes().types;
  Manuscript manuscript{shared(outcome.solution), outcome.start.canonical.shared(), std::move(example)};
  if (!types) return manuscript;
  manuscript.solution.model = with_border_types(outcome.solution.model, *types);
  manuscript.canonical = with_border_types(outcome.start.canonical, *types);
  manuscript.example = as_types(manuscript.example, types->inputs);
  return manuscript;
}

void write_files(const StagingFolder& staging, const Outcome& outcome, const Assignment& assignment,
                 const Manuscript& manuscript) {
  write_statistics(outcome.statistics, staging.path(kCalibrationFile));
  const Belongings belongings{
      .original = outcome.start.original, .manifest = "", .example = manuscript.example};
  for (const auto* target : written_targets(outcome.start.targets))
    target->write(manuscript.solution, belongings, staging.path(target->file));
  if (assignment.options.float_onnx)
    write_float_onnx(manuscript.canonical, belongings, staging.path(kFloatOnnxFile));
  write_file(staging.path(kConfigFile), assignment.context.resolved_config);
}

WrittenModels open_again(const StagingFolder& staging, const Outcome& outcome, const std::string& source) {
  WrittenModels written{open_written(staging, simulation_target(), source), {}};
  for (const auto* target : outcome.start.targets)
    written.files.push_back(open_written(staging, *target, source));
  return written;
}

std::vector<ReportTarget> report_targets(const WrittenModels& written,
                                         const std::vector<const Target*>& targets) {
  std::vector<ReportTarget> rows;
  for (const auto& file : written.files)
    rows.push_back({.name = std::string(file.target->name),
                    .file = file.target->file,
                    .bytes = all_bytes(file.path),
                    .rung = rung_of(targets, *file.target),
                    .runtime = file.runtime ? file.runtime->runtime() : ""});
  return rows;
}

/// Models of other targets that an earlier job has left in the folder: they have other grids.
std::vector<std::string> warnings_of_leftovers(const std::string& folder,
                                               const std::vector<const Target*>& asked) {
  std::vector<std::string> warnings;
  for (const auto& target : targets()) {
    const bool is_ours =
        &target == &simulation_target() || std::find(asked.begin(), asked.end(), &target) != asked.end();
    if (!is_ours && std::filesystem::exists(in_folder(folder, target.file)))
      warnings.push_back(std::string(target.file) + " in " + folder +
                         " is of an earlier job, not of this one, which was not asked for " +
                         std::string(target.name));
  }
  return warnings;
}

void add_improvements(Report& report, const std::vector<ImprovementOutcome>& outcomes) {
  for (const auto& outcome : outcomes) {
    const auto decibel = [](double db) { return std::isnan(db) ? std::nullopt : std::optional(db); };
    report.improvements.push_back(
        {outcome.name, outcome.kept, outcome.why, decibel(outcome.before_db), decibel(outcome.after_db)});
    report.timing.improvements_s.emplace_back(outcome.name, outcome.seconds);
  }
}

/// All that is known before the files are run.
Report begin_report(const Outcome& outcome, const Assignment& assignment, const WrittenModels& written) {
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
  report.targets = report_targets(written, outcome.start.targets);
  report.size = {outcome.start.file.bytes, report.targets.at(0).bytes};
  report.settings = assignment.settings;
  for (const auto& [key, value] : report.settings)
    if (const auto origin = common.setting_origins.find(key); origin != common.setting_origins.end())
      report.setting_origins.insert(*origin);
  if (outcome.improved) add_improvements(report, outcome.improved->outcomes);
  report.warnings = outcome.arrival.warnings;
  append(report.warnings, warnings_of_file(outcome.start.original));
  append(report.warnings, warnings_of_chance(outcome.start.canonical));
  append(report.warnings, warnings_of_state(outcome.start.canonical));
  append(report.warnings, examine(outcome.statistics));
  for (const auto& file : written.files)
    if (!file.runtime) report.warnings.push_back(why_not_proven(*file.target));
  append(report.warnings, warnings_of_leftovers(options.output, outcome.start.targets));
  return report;
}

LadderRung rung_of(const WrittenFile& file, std::string name, Model& original) {
  return {std::move(name), file.runtime->input_names(),
          [&file, &original](const auto& inputs) { return run_made(file, original, inputs); }};
}

LadderRung rung_of(const KnownRung& known) {
  return {known.name, tensor_inputs(*known.model),
          [model = known.model](const auto& inputs) { return model->forward(inputs); }};
}

/// The files that this program can run.
std::vector<LadderRung> rungs_of_files(const WrittenModels& written, Quantization& start) {
  std::vector<LadderRung> rungs;
  for (const auto& file : written.files)
    if (file.runtime) rungs.push_back(rung_of(file, rung_of(start.targets, *file.target), start.original));
  return rungs;
}

/// The floating-point type of most of its tensors, or one that its code casts them to and gives.
at::ScalarType computing_type_of(const Model& original) {
  const auto own = original.float_types();
  if (!own.empty() && own[0] != at::kFloat) return own[0];
  const auto& types = original.notes().types;
  if (!types) return at::kFloat;
  const auto given = std::find_if(types->outputs.begin(), types->outputs.end(), is_short_float);
  return given == types->outputs.end() ? at::kFloat : *given;
}

void verify_into(Report& report, const Outcome& outcome, const Assignment& assignment,
                 const WrittenModels& written, StageClock& clock) {
  auto& progress = assignment.context.progress;
  auto& start = outcome.start;
  std::vector<LadderRung> rungs = {rung_of({"float", &start.original}),
                                   rung_of({"folded", &start.canonical})};
  rungs[0].computes_in = computing_type_of(start.original);
  for (const auto& rung : outcome.rungs) rungs.push_back(rung_of(rung));
  rungs.push_back(rung_of(written.simulated, "simulated", start.original));
  const auto files = rungs_of_files(written, start);
  auto verification =
      verify(rungs, files, output_step(outcome), assignment.options, assignment.data, progress);
  report.accuracy = std::move(verification.accuracy);
  for (size_t i = 0; i < files.size(); ++i) {
    const auto target = std::find_if(report.targets.begin(), report.targets.end(),
                                     [&](const ReportTarget& row) { return row.rung == files[i].name; });
    target->simulated = verification.files[i];
  }
  report.simulated_vs_int8 = report.targets[0].simulated;
  add_new(report.data.notes, verification.notes);
  add_new(report.warnings, verification.warnings);
  clock.begin("time");
  const LadderRung as_client{"float", tensor_inputs(start.original),
                             [&](const auto& inputs) { return start.original.forward_as_client(inputs); }};
  auto frozen = frozen_for_speed(start.canonical);
  const LadderRung folded{"folded", tensor_inputs(frozen),
                          [&](const auto& inputs) { return frozen.forward_as_client(inputs); }};
  auto speed = compare_speed(as_client, folded, files, assignment.data, progress);
  report.timing.latency = std::move(speed.latency);
  report.timing.files_ms = std::move(speed.files_ms);
  if (report.timing.latency && assignment.options.report)
    report.timing.slow_regions =
        slow_regions(outcome.solution, *start.targets[0], assignment.options,
                     assignment.data.first_samples(start.original, kSamplesOfRegions),
                     !slower_text(report).empty(), report.warnings, progress);
}

/// Throws where a file that loads does not run.
void run_once(const WrittenModels& written, Quantization& start, const std::vector<at::Tensor>& sample) {
  const at::NoGradGuard no_grad;
  (void)run_made(written.simulated, start.original, sample);
  for (const auto& file : written.files)
    if (file.runtime) (void)run_made(file, start.original, sample);
}

/// Writes the files once more, with what has been found out about them, and proves that they are as good.
void add_manifests(Report& report, const StagingFolder& staging, const Outcome& outcome,
                   const Assignment& assignment, const Manuscript& manuscript) {
  auto& start = outcome.start;
  for (const auto* target : written_targets(start.targets)) {
    const auto manifest = manifest_of(report, std::string(target->name), outcome.data_sha256,
                                      assignment.recipe, sha256_of_weights(staging.path(target->file)));
    target->write(manuscript.solution,
                  {.original = start.original, .manifest = manifest, .example = manuscript.example},
                  staging.path(target->file));
  }
  const auto written = open_again(staging, outcome, assignment.options.model);
  if (!manuscript.example.empty()) run_once(written, start, manuscript.example);
  for (size_t i = 0; i < written.files.size(); ++i)
    report.targets[i].bytes = all_bytes(written.files[i].path);
  report.size.int8_bytes = report.targets.at(0).bytes;
}

/// Of the file of `quantized::` operators, where there is one.
std::vector<std::string> warnings_of_engines(const WrittenModels& written, Quantization& start,
                                             JobData& data) {
  const auto file = std::find_if(written.files.begin(), written.files.end(),
                                 [](const WrittenFile& f) { return f.target == &libtorch_target(); });
  if (file == written.files.end()) return {};
  const Trial trial(start.canonical, data.first_samples(start.original, kSamplesForOtherEngines));
  auto int8 = read_model(file->path);
  return warnings_of_other_engines(file->path, int8, start.engine, trial);
}

/// Training moves what activations hold, so what a trained model is explained with is seen afresh.
Statistics statistics_of(const Outcome& outcome, const std::vector<at::Tensor>& sample) {
  if (!outcome.explained && outcome.improved) return outcome.improved->statistics;
  if (!outcome.explained || sample.empty()) return outcome.statistics;
  return calibrate(outcome.explained->model, outcome.explained->plan, sample);
}

void explain_into(Report& report, const Outcome& outcome, const Assignment& assignment, StageClock& clock) {
  const auto& options = assignment.options;
  std::vector<at::Tensor> sample;
  if (assignment.data.is_given() && options.blame_samples != 0)
    sample = assignment.data.first_samples(outcome.start.original, options.blame_samples);
  const auto statistics = statistics_of(outcome, sample);
  const Explained explained{
      .solution = outcome.explained ? *outcome.explained : outcome.solution,
      .reference = outcome.explained ? outcome.explained->model : outcome.start.canonical,
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
  auto names = delivered_files(options);
  // Training that diverged in its first epoch has no history.
  if (outcome.training && !outcome.training->curve.empty()) names.push_back(kHistoryFile);
  write_reports(report, options.output, names);
}

}  // namespace

void prepare_delivery(const QuantizeOptions& options, JobData& data) {
  (void)choose_metric(options.metric);
  check_gates_have_labels(options, data);
  prepare_folder(options.output, options.model, delivered_files(options));
}

QuantizeResult deliver(const Outcome& outcome, const Assignment& assignment, StageClock& clock) {
  const auto& options = assignment.options;
  auto& data = assignment.data;
  const EngineScope engine(outcome.start.engine);
  clock.begin("write");
  const StagingFolder staging(options.output);
  std::vector<at::Tensor> example;
  if (data.is_given()) example = data.first_samples(outcome.start.original, kExampleSamples);
  const auto manuscript = manuscript_of(outcome, std::move(example));
  write_files(staging, outcome, assignment, manuscript);

  clock.begin("verify");
  const auto written = open_again(staging, outcome, options.model);
  auto report = begin_report(outcome, assignment, written);
  if (options.verify_samples != 0 && data.is_given()) {
    verify_into(report, outcome, assignment, written, clock);
    append(report.warnings, warnings_of_engines(written, outcome.start, data));
  }
  clock.begin("write manifests");
  add_manifests(report, staging, outcome, assignment, manuscript);
  remove_reports(options.output);
  const auto files = delivered_files(options);
  staging.publish({files.begin(), files.end()});

  if (options.report) explain_into(report, outcome, assignment, clock);
  report.gates = check_gates(options.gates, report);
  if (outcome.training) add_training(report, *outcome.training);
  finish_report(report, outcome, options, clock);
  const bool gates_passed = all_passed(report.gates);
  return {.report = std::move(report), .directory = options.output, .gates_passed = gates_passed};
}

}  // namespace qtool
