#pragma once
#include <vector>

#include "calibrate/statistics.h"
#include "report/job/report.h"
#include "solve/solution.h"

namespace qtool {

/// What a row for each site is made of. All is in the order of the plan's sites.
struct SiteFacts {
  const Solution& solution;
  const std::vector<at::Tensor>& weights;  ///< undefined at other sites
  const Statistics& statistics;            ///< of the activations
  std::vector<double> sqnr_db;             ///< of each site's own tensor; NaN: unknown
  std::vector<double> damage;              ///< shares; empty: unknown
};

/// SQNR of each site's own tensor: of weights, and of activations where there is a `sample` to run through the model.
[[nodiscard]] std::vector<double> site_sqnr(const Solution& solution, const std::vector<at::Tensor>& weights,
                                            const std::vector<at::Tensor>& sample);

/// One row for each site of the plan, and for each operator that stays float with its reason, in the order of the
/// graph.
[[nodiscard]] std::vector<ReportLayer> layer_report(const SiteFacts& facts);

}  // namespace qtool
