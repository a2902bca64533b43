#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "calibrate/statistics.h"
#include "grid/qparams.h"
#include "plan/plan.h"

namespace qtool {

/// Scale and zero point of a weight [..., K along scheme.axis(), ...] float32. 8 bits cover the whole range
/// of each channel, or group of the scheme; with fewer bits clipping pays, and the range has the least squared
/// error among 80 shares of it.
[[nodiscard]] QParams solve_weight(const at::Tensor& weight, const QuantScheme& scheme);

/// One QParams for each site of the plan, in its order. `weights` are the weight sites' tensors, undefined at
/// the others. Throws Error(kUsage) where `statistics` lack a site, Error(kUnquantizable) where a site saw
/// NaN or infinite values. A site that saw nothing or only zeros gets scale 1 (examine() warns of it).
[[nodiscard]] std::vector<QParams> solve(const QuantPlan& plan, const Statistics& statistics,
                                         const std::vector<at::Tensor>& weights);

}  // namespace qtool
