#pragma once
#include <vector>

#include "base/progress.h"
#include "explain/trial.h"
#include "report/job/report.h"
#include "solve/solution.h"

namespace qtool {

struct Blame {
  std::vector<ReportBlame> layers;  ///< int8 operators with sites of their own, in the order of the graph
  std::vector<double> site_damage;  ///< of each site of the plan, as ReportLayer::damage
  Agreement all;                    ///< everything quantized
};

/// The same sample, held against two float models.
struct BlameTrials {
  const Trial& whole;  ///< the float model's outputs: how good the solution is
  const Trial&
      own;  ///< those of the solution's model, which may have been made for its grids: what a site adds
};

/// Which layer costs how much, and why: of the simulated model each site, and each operator's sites together, are
/// switched on alone, and each operator's are switched off alone. Of an operator's noise (error / signal, as powers),
/// what its weight makes alone is `weight_rounding`, what its activations make when they are only held within half a
/// step of their ranges is `activation_clipping`, and what rounding adds to that `activation_rounding`.
///
/// About four forward passes for each operator.
[[nodiscard]] Blame find_blame(const Solution& solution, const BlameTrials& trials, Progress& progress);

}  // namespace qtool
