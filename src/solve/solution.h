#pragma once
#include <vector>

#include "graph/model.h"
#include "grid/qparams.h"
#include "plan/plan.h"

namespace qtool {

/// A float model with a grid for each tensor that its plan quantizes: all that is needed to simulate int8, or to write
/// it. What solving makes, improvements and training change, and simulation and exports read.
struct Solution {
  Model model;  ///< canonical, with the float weights that are rounded to the grids
  QuantPlan plan;
  std::vector<QParams> qparams;  ///< of the plan's sites, in their order
};

/// Another handle of the same solution: the model's tensors are shared.
[[nodiscard]] Solution shared(const Solution& solution);

}  // namespace qtool
