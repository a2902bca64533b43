#pragma once
#include "calibrate/statistics.h"
#include "graph/view.h"
#include "plan/recipe.h"
#include "solve/solution.h"

namespace qtool {

/// What a plan is made from.
struct PlanInputs {
  const GraphView& graph;  ///< of the canonical model
  const Recipe& recipe;
  const Backend& backend;
};

/// Solves the grids of all sites from what calibration of `plan` saw: the solution that improvements begin with. Where
/// tensors that share a grid turn out to be of too different size for it (calibrate/lost_operands.h), the plan is made
/// again, with the operators that want them on one grid in float. Shares its tensors with `canonical`.
[[nodiscard]] Solution first_solution(const Model& canonical, QuantPlan plan, const Statistics& statistics,
                                      const PlanInputs& inputs);

/// Another solution of the same statistics, with these operators in float as well. `calibrated`: the plan of that
/// calibration.
[[nodiscard]] Solution with_more_in_float(const Solution& solution, const KeptFloat& more,
                                          const QuantPlan& calibrated, const Statistics& statistics,
                                          const PlanInputs& inputs);

}  // namespace qtool
