#include "job/road/verification.h"

#include <algorithm>
#include <cmath>

#include "job/input/arrival.h"
#include "job/road/output_warnings.h"
#include "measure/drop.h"
#include "measure/evaluate.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

/// Folding is exact but for rounding of float32, which stays far above this.
constexpr double kLeastFoldedSqnr = 60;
/// Of a network that rounds each value to half or bfloat16, and is computed in float32 in its folded form: such
/// rounding is 73 and 55 dB below each value, and adds up over layers.
constexpr double kLeastSqnrOfHalf = 35, kLeastSqnrOfBfloat16 = 20;
/// What a kernel that does what the model says may differ in, of all samples, by ties in the middle of the network.
constexpr double kUnlikeShare = 0.001;
/// Two simulations that round independently of each other differ by twice the power of one's noise: 3 dB.
constexpr double kLeastKernelMargin = 6;

ReportOutput report_output(const OutputQuality& output) {
  ReportOutput result{.cosine = output.cosine,
                      .sqnr_db = output.sqnr_db,
                      .channels = output.channels,
                      .worst_channel = output.worst_channel,
                      .constant_channels = output.constant};
  if (output.worst_channel) result.worst_sqnr_db = output.worst_sqnr_db;
  return result;
}

Rung rung_of(const Evaluation& evaluation) {
  Rung rung{.name = evaluation.name};
  for (const auto& result : evaluation.metrics) rung.values[result.info.name] = result.value;
  rung.cosine = evaluation.with_first.cosine;
  rung.sqnr_db = evaluation.with_first.sqnr_db;
  for (const auto& output : evaluation.outputs) rung.outputs.push_back(report_output(output));
  return rung;
}

/// More than kUnlikeShare by more than three standard deviations and one sample: one of 64 is no sign of anything.
bool is_unlike(const Agreement& agreement) {
  const double expected = kUnlikeShare * double(agreement.samples);
  return double(agreement.unlike_top1) > expected + 3 * std::sqrt(expected) + 1;
}

/// Whether int8 is further from its simulation than the simulation is from float.
bool is_far(const Agreement& int8_from_simulated, const Agreement& simulated_from_float) {
  return int8_from_simulated.sqnr_db <
         std::min(simulated_from_float.sqnr_db, kLeastFoldedSqnr) - kLeastKernelMargin;
}

constexpr const char* kOtherKernels = ": its kernels compute something else than the model says";

std::optional<std::string> kernel_warning(const Evaluation& file, const Evaluation& simulated) {
  if (auto warning = top1_warning(file.name, file.with_other)) return warning;
  if (!is_far(file.with_other, simulated.with_first)) return std::nullopt;
  return file.name + " is further from its simulation (SQNR " + fixed(file.with_other.sqnr_db, 1) +
         " dB) than the simulation from float (" + fixed(simulated.with_first.sqnr_db, 1) + " dB)" +
         kOtherKernels;
}

double least_folded_sqnr(at::ScalarType computes_in) {
  return computes_in == at::kHalf       ? kLeastSqnrOfHalf
         : computes_in == at::kBFloat16 ? kLeastSqnrOfBfloat16
                                        : kLeastFoldedSqnr;
}

std::string change_of(at::ScalarType computes_in) {
  return computes_in == at::kFloat
             ? "folding batch norm"
             : std::string("computing in float32 what the file computes in ") + c10::toString(computes_in);
}

/// `simulated`: the index of the simulation, behind which the files stand. `computes_in`: what the first rung does.
std::vector<std::string> warnings_of(const std::vector<Evaluation>& rungs, size_t simulated,
                                     at::ScalarType computes_in) {
  std::vector<std::string> warnings;
  for (const auto& rung : rungs)
    if (rung.name == "folded" && rung.with_first.sqnr_db < least_folded_sqnr(computes_in))
      warnings.push_back(change_of(computes_in) + " changed the float model's result (SQNR " +
                         fixed(rung.with_first.sqnr_db, 1) +
                         " dB): the loss is not quantization's; please report the model");
  for (size_t i = simulated + 1; i < rungs.size(); ++i)
    if (auto warning = kernel_warning(rungs[i], rungs[simulated])) warnings.push_back(*std::move(warning));
  // Files differ in ties alone, or there is a warning above: what one output lacks, all lack.
  const auto& shown = rungs[std::min(simulated + 1, rungs.size() - 1)];
  for (auto& warning : output_warnings(shown.outputs, "float", shown.name))
    warnings.push_back(std::move(warning));
  return warnings;
}

std::vector<Candidate> candidates_of(const std::vector<LadderRung>& rungs,
                                     const std::vector<LadderRung>& files, double output_step) {
  std::vector<Candidate> candidates;
  for (const auto& rung : rungs) candidates.push_back({.name = rung.name, .run = rung.run});
  for (const auto& file : files) candidates.push_back({file.name, file.run, output_step, rungs.size() - 1});
  return candidates;
}

/// What the metric lost from the float model to `int8`; empty where either has no value of it.
std::optional<ReportDrop> drop_of(const ReportAccuracy& accuracy,
                                  const std::vector<Evaluation>& evaluations) {
  const auto int8 = std::find_if(evaluations.begin(), evaluations.end(),
                                 [](const Evaluation& evaluation) { return evaluation.name == kInt8Rung; });
  const MetricInfo* metric = accuracy.metric();
  if (!metric || int8 == evaluations.end()) return std::nullopt;
  const auto drop = metric_drop(*evaluations[0].metric(metric->name), *int8->metric(metric->name));
  return ReportDrop{drop.value, drop.low, drop.high};
}

}  // namespace

std::optional<std::string> top1_warning(const std::string& file, const Agreement& with_simulation) {
  if (!is_unlike(with_simulation)) return std::nullopt;
  return file + " and its simulation differ in the top-1 of " + std::to_string(with_simulation.unlike_top1) +
         " of " + std::to_string(with_simulation.samples) + " samples by more than ties explain" +
         kOtherKernels;
}

SimulatedVsInt8 difference_in_steps(const Agreement& with_simulation, double output_step) {
  const double most = with_simulation.max_difference;
  return {.max_steps = output_step > 0 ? std::llround(most / output_step) : 0,
          .differing = with_simulation.differing,
          .same_top1 = with_simulation.same(),
          .max_difference = most};
}

Verification verify(const std::vector<LadderRung>& rungs, const std::vector<LadderRung>& files,
                    double output_step, const QuantizeOptions& options, JobData& data, Progress& progress) {
  ReaderInputs readers;
  for (const auto* models : {&files, &rungs})
    for (const auto& model : *models) readers.push_back(model.inputs);
  auto loader =
      data.loader(Split::kTest, readers, {.batch_size = kVerifiedBatch, .count = options.verify_samples});
  auto candidates = candidates_of(rungs, files, output_step);
  int64_t done = 0;
  candidates.back().run = [&, run = candidates.back().run](const auto& inputs) {
    progress.update(done += inputs[0].size(0), loader.size(), "");
    return run(inputs);
  };
  const auto evaluations = evaluate(candidates, loader, options.metric);

  Verification result;
  result.accuracy.samples = evaluations[0].with_first.samples;
  for (const auto& evaluation : evaluations) result.accuracy.ladder.push_back(rung_of(evaluation));
  for (const auto& metric : evaluations[0].metrics) result.accuracy.metrics.push_back(metric.info);
  result.accuracy.drop = drop_of(result.accuracy, evaluations);
  for (size_t i = rungs.size(); i < evaluations.size(); ++i)
    result.files.push_back(difference_in_steps(evaluations[i].with_other, output_step));
  result.warnings = warnings_of(evaluations, rungs.size() - 1, rungs[0].computes_in);
  for (const auto& metric : evaluations[0].metrics)
    if (metric.warning) result.warnings.push_back(*metric.warning);
  add_new(result.warnings, loader.warnings());
  result.notes = loader.notes();
  return result;
}

}  // namespace qtool
