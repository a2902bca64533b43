#pragma once
#include <functional>
#include <string>

#include "base/peers.h"
#include "calibrate/statistics.h"
#include "graph/model.h"
#include "plan/plan.h"

namespace qtool {

/// Gives the inputs of the next batch; none at the end.
using BatchSource = std::function<std::vector<at::Tensor>()>;

/// Runs every batch through the canonical model once and gathers the statistics of its seen_values(). Holds one batch
/// at a time. Where several processes have batches of their own, each gets the statistics of all.
[[nodiscard]] Statistics calibrate(const Model& canonical, const QuantPlan& plan,
                                   const BatchSource& next_batch, const Peers& peers = alone());
/// The same with one batch.
[[nodiscard]] Statistics calibrate(const Model& canonical, const QuantPlan& plan,
                                   std::vector<at::Tensor> batch);

}  // namespace qtool
