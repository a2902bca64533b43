#pragma once
#include <vector>

#include "base/progress.h"
#include "calibrate/statistics.h"
#include "export/torchscript/engine.h"
#include "grid/qparams.h"
#include "job/blame.h"
#include "plan/plan.h"
#include "report/job/report.h"

namespace qtool {

/// A quantized model that could be better.
struct Improvable {
  const Model& reference;  ///< canonical float model
  const Recipe& recipe;    ///< that the plan came from
  Engine engine;
  const QuantPlan& plan;
  const std::vector<QParams>& qparams;
  const Statistics& statistics;  ///< of the sites' activations
  /// Whether the grids came from training: then other bits or calibrators would mean to train again, and only leaving
  /// layers in float is tried.
  bool is_trained = false;
};

/// Changes of the recipe that win at least a tenth of a decibel and lose no agreement (where there are classes), the
/// best first. Each was planned, solved from the statistics and simulated on the trial's sample, as a run with that
/// recipe would; none is listed on suspicion. Tried are: the worst layers in float, more bits, finer scales, affine
/// ranges and the other calibrators, for the worst layer and for all.
[[nodiscard]] std::vector<Recommendation> recommend(const Improvable& model, const Blame& blame,
                                                    const Trial& trial, Progress& progress);

}  // namespace qtool
