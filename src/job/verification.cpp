#include "job/verification.h"

#include <cmath>
#include <cstdio>

#include "data/loader.h"
#include "graph/view.h"
#include "job/data_splits.h"
#include "measure/drop.h"
#include "measure/evaluate.h"

namespace qtool {
namespace {

constexpr size_t kFolded = 1, kSimulated = 2, kInt8 = 3;
constexpr int64_t kBatch = 128;  ///< as calibration, so that verification needs no more memory
/// Folding is exact but for rounding of float32, which stays far above this.
constexpr double kLeastFoldedSqnr = 60;
constexpr double kLeastSimulatedSame = 0.999;

/// Scale of what forward() returns first, or 0 where that stays float.
double output_step(const Quantization& quantization, const std::vector<QParams>& qparams) {
  const auto outputs = view(quantization.canonical).outputs;
  if (outputs.empty()) return 0;
  const auto site = quantization.plan.grid_of.find(outputs[0]);
  return site == quantization.plan.grid_of.end() ? 0 : qparams[site->second].scale();
}

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

std::string percent(double fraction) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %%", fraction * 100);
  return text;
}

std::vector<std::string> warnings_of(const std::vector<Evaluation>& rungs) {
  std::vector<std::string> warnings;
  if (rungs[kFolded].with_first.sqnr_db < kLeastFoldedSqnr)
    warnings.push_back("folding batch norm changed the float model's result (" +
                       percent(rungs[kFolded].with_first.same()) +
                       " same top-1): the loss is not quantization's; please report the model");
  if (rungs[kInt8].with_previous.same() < kLeastSimulatedSame)
    warnings.push_back(
        "int8 and its simulation give the same top-1 on only " + percent(rungs[kInt8].with_previous.same()) +
        " of the samples: the kernels of this engine compute something else than the model says");
  return warnings;
}

}  // namespace

Verification verify(Quantization& quantization, const std::vector<QParams>& qparams, Model& simulated,
                    const std::string& int8_path, const PtqOptions& options, Progress& progress) {
  Loader loader(spec_of_split(options.data, Split::kTest),
                {.batch_size = kBatch, .count = options.verify_samples});
  auto int8 = Model::load(int8_path);
  int64_t done = 0;
  const auto runner = [](Model& model) {
    return [&model](const auto& inputs) { return model.forward(inputs); };
  };
  const std::vector<Candidate> candidates = {{"float", runner(quantization.original), 0},
                                             {"folded", runner(quantization.canonical), 0},
                                             {"simulated", runner(simulated), 0},
                                             {"int8",
                                              [&](const auto& inputs) {
                                                progress.update(done += inputs[0].size(0), loader.size(), "");
                                                return int8.forward(inputs);
                                              },
                                              output_step(quantization, qparams)}};
  const auto rungs = evaluate(candidates, loader);

  Verification result;
  result.accuracy.samples = rungs[0].with_first.samples;
  for (const auto& rung : rungs) result.accuracy.ladder.push_back(rung_of(rung));
  if (rungs[0].accuracy) {
    const auto drop = accuracy_drop(rungs[0].right, rungs[kInt8].right);
    result.accuracy.drop = ReportDrop{drop.drop, drop.low, drop.high};
  }
  const auto& against_simulation = rungs[kInt8].with_previous;
  const double step = candidates[kInt8].step;
  result.simulated_vs_int8 = {
      .max_steps = step > 0 ? std::llround(against_simulation.max_difference / step) : 0,
      .differing = against_simulation.differing,
      .same_top1 = against_simulation.same()};
  result.warnings = warnings_of(rungs);
  return result;
}

}  // namespace qtool
