#include "job/verification.h"

#include <cmath>

#include "data/loader.h"
#include "graph/tensor_inputs.h"
#include "job/arrival.h"
#include "job/data_splits.h"
#include "measure/drop.h"
#include "measure/evaluate.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

constexpr int64_t kBatch = 128;  ///< as calibration, so that verification needs no more memory
/// Folding is exact but for rounding of float32, which stays far above this.
constexpr double kLeastFoldedSqnr = 60;
constexpr double kLeastSimulatedSame = 0.999;

Rung rung_of(const Evaluation& evaluation) {
  Rung rung{.name = evaluation.name};
  if (evaluation.accuracy) {
    rung.top1 = evaluation.accuracy->top1();
    rung.top5 = evaluation.accuracy->top5();
  }
  rung.agreement = evaluation.with_first.same();
  rung.cosine = evaluation.with_first.cosine;
  rung.sqnr_db = evaluation.with_first.sqnr_db;
  return rung;
}

std::vector<std::string> warnings_of(const std::vector<Evaluation>& rungs) {
  std::vector<std::string> warnings;
  for (const auto& rung : rungs)
    if (rung.name == "folded" && rung.with_first.sqnr_db < kLeastFoldedSqnr)
      warnings.push_back("folding batch norm changed the float model's result (" +
                         percent(rung.with_first.same()) +
                         " same top-1): the loss is not quantization's; please report the model");
  const auto& int8 = rungs.back();
  if (int8.with_previous.same() < kLeastSimulatedSame)
    warnings.push_back(
        "int8 and its simulation give the same top-1 on only " + percent(int8.with_previous.same()) +
        " of the samples: the kernels of this engine compute something else than the model says");
  return warnings;
}

}  // namespace

Verification verify(const std::vector<LadderRung>& rungs, Model& int8, double output_step,
                    const QuantizeOptions& options, Progress& progress) {
  ReaderInputs readers = {tensor_inputs(int8)};
  for (const auto& rung : rungs) readers.push_back(tensor_inputs(*rung.model));
  Loader loader(spec_of_split(options.data, Split::kTest), readers,
                {.batch_size = kBatch, .count = options.verify_samples});
  std::vector<Candidate> candidates;
  for (const auto& rung : rungs)
    candidates.push_back({rung.name, [&rung](const auto& inputs) { return rung.model->forward(inputs); }, 0});
  int64_t done = 0;
  candidates.push_back({"int8",
                        [&](const auto& inputs) {
                          progress.update(done += inputs[0].size(0), loader.size(), "");
                          return int8.forward(inputs);
                        },
                        output_step});
  const auto evaluations = evaluate(candidates, loader);

  Verification result;
  result.accuracy.samples = evaluations[0].with_first.samples;
  for (const auto& evaluation : evaluations) result.accuracy.ladder.push_back(rung_of(evaluation));
  if (evaluations[0].accuracy) {
    const auto drop = accuracy_drop(evaluations[0].right, evaluations.back().right);
    result.accuracy.drop = ReportDrop{drop.drop, drop.low, drop.high};
  }
  const auto& against_simulation = evaluations.back().with_previous;
  result.simulated_vs_int8 = {
      .max_steps = output_step > 0 ? std::llround(against_simulation.max_difference / output_step) : 0,
      .differing = against_simulation.differing,
      .same_top1 = against_simulation.same()};
  result.warnings = warnings_of(evaluations);
  if (evaluations[0].accuracy)
    if (const auto warning = label_warning(*evaluations[0].accuracy)) result.warnings.push_back(*warning);
  add_new(result.warnings, loader.warnings());
  result.notes = loader.notes();
  return result;
}

}  // namespace qtool
