#include "improve/smooth_quant.h"

#include "improve/scale_channels.h"

namespace qtool {

Attempt smooth_inputs(const Solution& solution, const Evidence& evidence) {
  const auto graph = view(solution.model);
  auto groups = scaling_groups(graph, solution.plan, /*norms=*/true);
  for (auto& group : product_groups(graph, solution.plan)) groups.push_back(std::move(group));
  if (groups.empty()) return {.why_not = "no linear layer reads floats"};
  return scale_channels(solution, evidence, groups);
}

}  // namespace qtool
