#pragma once
#include <ATen/core/Tensor.h>

#include <string>

#include "plan/plan.h"
#include "plan/resolve.h"

namespace qtool {

/// Why a weight of the operator cannot have scales per group as its settings ask; empty: it can.
[[nodiscard]] std::string why_no_groups(const PlannedOperator& op, const at::Tensor& weight,
                                        const Resolved& settings, const Backend& backend);

/// What the plan says of an operator that cannot have the groups that its settings ask for: `no groups of 32: ...`.
/// Empty where it has them, or no weight on a grid, or none are asked for. Throws Error(kUsage) where a rule asks for
/// them by the operator's name.
[[nodiscard]] std::string missing_groups(const OperatorView& view, const PlannedOperator& op,
                                         const Resolved& settings, const Backend& backend);

/// Throws Error(kUnquantizable) where the recipe asks for groups and the plan has none.
void check_has_groups(const QuantPlan& plan, const Recipe& recipe);

}  // namespace qtool
