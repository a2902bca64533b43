#include "solve/first_solution.h"

#include "calibrate/lost_operands.h"
#include "calibrate/seen_values.h"
#include "calibrate/solve.h"
#include "plan/site_weights.h"

namespace qtool {
namespace {

/// Layers that would have to read in int8 what calibration has not seen, once operators before them are float.
KeptFloat unseen_inputs(const QuantPlan& plan, const Statistics& statistics, const QuantPlan& calibrated) {
  KeptFloat kept_float;
  if (plan.kept_float.empty()) return kept_float;
  for (const auto& site : plan.sites)
    if (site.role == SiteRole::kInput && site.is_calibrated() &&
        !find_statistics(statistics, seen_as(calibrated, site.value)))
      kept_float.emplace(site.op, "calibration has not seen its input " + site.value);
  return kept_float;
}

QuantPlan planned_again(const PlanInputs& inputs, KeptFloat kept_float, const QuantPlan& calibrated) {
  auto plan = make_plan(inputs.graph, inputs.recipe, inputs.backend, std::move(kept_float));
  for (auto& site : plan.sites) site.seen_as = seen_as(calibrated, site.value);
  return plan;
}

Solution solved(const Model& canonical, QuantPlan plan, const QuantPlan& calibrated,
                const Statistics& statistics, const PlanInputs& inputs) {
  for (;;) {
    auto kept_float = unseen_inputs(plan, statistics, calibrated);
    if (kept_float.empty()) {
      auto qparams = solve(plan, statistics, site_weights(inputs.graph, plan));
      kept_float = lost_operands(plan, qparams, calibrated, statistics);
      if (kept_float.empty()) return {canonical.shared(), std::move(plan), std::move(qparams)};
    }
    kept_float.insert(plan.kept_float.begin(), plan.kept_float.end());
    plan = planned_again(inputs, std::move(kept_float), calibrated);
  }
}

}  // namespace

Solution first_solution(const Model& canonical, QuantPlan plan, const Statistics& statistics,
                        const PlanInputs& inputs) {
  const auto calibrated = plan;
  return solved(canonical, std::move(plan), calibrated, statistics, inputs);
}

Solution with_more_in_float(const Solution& solution, const KeptFloat& more, const QuantPlan& calibrated,
                            const Statistics& statistics, const PlanInputs& inputs) {
  auto kept_float = solution.plan.kept_float;
  kept_float.insert(more.begin(), more.end());
  return solved(solution.model, planned_again(inputs, std::move(kept_float), calibrated), calibrated,
                statistics, inputs);
}

}  // namespace qtool
