#pragma once
#include <vector>

#include "core/qparams.h"
#include "graph/model.h"
#include "plan/plan.h"
#include "report/report.h"

namespace qtool {

/// One row for each site of the plan, and for each operator that stays float with its reason, in the order of
/// the graph. `sample` is one batch of inputs; where there is none, damage and SQNR of activations are left
/// out.
///
/// A site's damage is the squared error that it alone, all others in float, makes in the model's outputs; its
/// share is relative to the sum over all sites. Its SQNR is that of its own tensor.
[[nodiscard]] std::vector<ReportLayer> layer_report(const Model& canonical, const QuantPlan& plan,
                                                    const std::vector<QParams>& qparams,
                                                    const std::vector<at::Tensor>& sample);

}  // namespace qtool
