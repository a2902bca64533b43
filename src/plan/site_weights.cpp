#include "plan/site_weights.h"

#include "graph/view.h"

namespace qtool {

std::vector<at::Tensor> site_weights(const GraphView& canonical, const QuantPlan& plan) {
  std::vector<at::Tensor> weights(plan.sites.size());
  for (const auto& op : canonical.operators)
    if (const auto* planned = plan.find(op.name); planned != nullptr && planned->weight_site)
      weights[*planned->weight_site] = op.weight;
  return weights;
}

std::vector<at::Tensor> site_weights(const Model& canonical, const QuantPlan& plan) {
  return site_weights(view(canonical), plan);
}

}  // namespace qtool
