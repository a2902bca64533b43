#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "graph/model.h"
#include "plan/plan.h"

namespace qtool {

/// The tensors of the weight sites, in the order of the plan's sites; undefined at the other sites.
[[nodiscard]] std::vector<at::Tensor> site_weights(const GraphView& canonical, const QuantPlan& plan);
/// The same of a model that was not viewed yet.
[[nodiscard]] std::vector<at::Tensor> site_weights(const Model& canonical, const QuantPlan& plan);

}  // namespace qtool
