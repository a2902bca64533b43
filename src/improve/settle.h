#pragma once
#include <string>
#include <vector>

#include "calibrate/statistics.h"
#include "improve/batches.h"
#include "solve/solution.h"

namespace qtool {

/// A solution with the statistics that belong to its model.
struct Settled {
  Solution solution;
  Statistics statistics;
};

/// Looks again at the values of the graph that have `moved`, on all of `batches`, and solves their grids from what is
/// seen. All others are as they were.
[[nodiscard]] Settled settle(Solution solution, const std::vector<std::string>& moved, Statistics statistics,
                             const Batches& batches);

}  // namespace qtool
