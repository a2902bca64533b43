#pragma once
#include <optional>
#include <vector>

#include "base/progress.h"
#include "base/stage_clock.h"
#include "explain/explained.h"
#include "report/job/report.h"

namespace qtool {

/// What quantizing cost, where, and how to win it back.
struct Explanation {
  std::optional<ReportBlameList> blame = {};  ///< where there was a sample
  std::vector<ReportLayer> layers = {};       ///< in the order of the graph
};

/// Two stages. `weights` are the float tensors of the weight sites, undefined at others: those of the solution's model,
/// or where that has them rounded already, as they were before. `sample` is a batch of inputs; empty: nothing is run.
[[nodiscard]] Explanation explain(const Explained& explained, const std::vector<at::Tensor>& weights,
                                  const std::vector<at::Tensor>& sample, StageClock& clock,
                                  Progress& progress);

}  // namespace qtool
