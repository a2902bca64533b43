#include "plan/site_weights.h"

#include "graph/view.h"

namespace qtool {

std::vector<at::Tensor> site_weights(const GraphView& canonical, const QuantPlan& plan) {
  std::vector<at::Tensor> weights(plan.sites.size());
  for (const auto& op : canonical.operators)
    if (const auto* planned = plan.find(op.name)) {
      if (planned->weight_site) weights[*planned->weight_site] = op.weight;
      for (const auto& weight : op.listed_weights)
        if (const auto site = planned->listed_weight_sites.find(weight.index);
            site != planned->listed_weight_sites.end())
          weights[site->second] = weight.value;
    }
  return weights;
}

std::vector<at::Tensor> site_weights(const Model& canonical, const QuantPlan& plan) {
  return site_weights(view(canonical), plan);
}

}  // namespace qtool
