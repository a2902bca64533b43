#pragma once
#include <optional>
#include <string>
#include <vector>

#include "calibrate/statistics.h"
#include "plan/plan.h"

namespace qtool {

/// A value that calibration looks at, and the name of its statistics.
struct SeenValue {
  std::string name, value;
};

/// What calibration of `plan` looks at: the sites but weights and those whose grid is fixed or found at run time, and
/// tensors that share a grid with others and have none of their own, or such a one.
[[nodiscard]] std::vector<SeenValue> seen_values(const QuantPlan& plan);

/// The name of what calibration of `plan` saw of `value`, or of the tensor whose grid it has.
[[nodiscard]] std::string seen_as(const QuantPlan& plan, const std::string& value);

/// What calibration of `plan` would have seen, where that of another plan of the same model and data has seen those
/// values; else nothing.
[[nodiscard]] std::optional<Statistics> statistics_for(const QuantPlan& plan, const Statistics& statistics,
                                                       const QuantPlan& calibrated);

}  // namespace qtool
