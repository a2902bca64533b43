#include "job/road/verification.h"

#include <algorithm>
#include <cmath>

#include "graph/tensor_inputs.h"
#include "job/input/arrival.h"
#include "job/road/output_warnings.h"
#include "measure/drop.h"
#include "measure/evaluate.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

/// Folding is exact but for rounding of float32, which stays far above this.
constexpr double kLeastFoldedSqnr = 60;
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

std::optional<std::string> kernel_warning(const Evaluation& int8, const Evaluation& simulated) {
  const auto& apart = int8.with_previous;
  std::string what;
  if (is_unlike(apart))
    what = "int8 and its simulation differ in the top-1 of " + std::to_string(apart.unlike_top1) + " of " +
           std::to_string(apart.samples) + " samples by more than ties explain";
  else if (is_far(apart, simulated.with_first))
    what = "int8 is further from its simulation (SQNR " + fixed(apart.sqnr_db, 1) +
           " dB) than the simulation from float (" + fixed(simulated.with_first.sqnr_db, 1) + " dB)";
  else
    return std::nullopt;
  return what + ": the kernels of this engine compute something else than the model says";
}

std::vector<std::string> warnings_of(const std::vector<Evaluation>& rungs) {
  std::vector<std::string> warnings;
  for (const auto& rung : rungs)
    if (rung.name == "folded" && rung.with_first.sqnr_db < kLeastFoldedSqnr)
      warnings.push_back("folding batch norm changed the float model's result (SQNR " +
                         fixed(rung.with_first.sqnr_db, 1) +
                         " dB): the loss is not quantization's; please report the model");
  const auto& int8 = rungs.back();
  if (const auto warning = kernel_warning(int8, rungs[rungs.size() - 2])) warnings.push_back(*warning);
  for (auto& warning : output_warnings(int8.outputs, "float", "int8")) warnings.push_back(std::move(warning));
  return warnings;
}

}  // namespace

Verification verify(const std::vector<LadderRung>& rungs, Model& int8, double output_step,
                    const QuantizeOptions& options, JobData& data, Progress& progress) {
  ReaderInputs readers = {tensor_inputs(int8)};
  for (const auto& rung : rungs) readers.push_back(tensor_inputs(*rung.model));
  auto loader =
      data.loader(Split::kTest, readers, {.batch_size = kVerifiedBatch, .count = options.verify_samples});
  std::vector<Candidate> candidates;
  for (const auto& rung : rungs)
    candidates.push_back({rung.name,
                          [&rung](const auto& inputs) {
                            return rung.is_file ? rung.model->forward_as_client(inputs)
                                                : rung.model->forward(inputs);
                          },
                          0});
  int64_t done = 0;
  candidates.push_back({"int8",
                        [&](const auto& inputs) {
                          progress.update(done += inputs[0].size(0), loader.size(), "");
                          return int8.forward_as_client(inputs);
                        },
                        output_step});
  const auto evaluations = evaluate(candidates, loader, options.metric);

  Verification result;
  result.accuracy.samples = evaluations[0].with_first.samples;
  for (const auto& evaluation : evaluations) result.accuracy.ladder.push_back(rung_of(evaluation));
  for (const auto& metric : evaluations[0].metrics) result.accuracy.metrics.push_back(metric.info);
  if (const MetricInfo* metric = result.accuracy.metric()) {
    const auto drop =
        metric_drop(*evaluations[0].metric(metric->name), *evaluations.back().metric(metric->name));
    result.accuracy.drop = ReportDrop{drop.value, drop.low, drop.high};
  }
  const auto& against_simulation = evaluations.back().with_previous;
  result.simulated_vs_int8 = {
      .max_steps = output_step > 0 ? std::llround(against_simulation.max_difference / output_step) : 0,
      .differing = against_simulation.differing,
      .same_top1 = against_simulation.same()};
  result.warnings = warnings_of(evaluations);
  for (const auto& metric : evaluations[0].metrics)
    if (metric.warning) result.warnings.push_back(*metric.warning);
  add_new(result.warnings, loader.warnings());
  result.notes = loader.notes();
  return result;
}

}  // namespace qtool
