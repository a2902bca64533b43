#include "improve/smooth_quant.h"

#include "improve/scale_channels.h"

namespace qtool {

Attempt smooth_norms(const Solution& solution, const Evidence& evidence) {
  const auto groups = scaling_groups(view(solution.model), solution.plan, /*norms=*/true);
  if (groups.empty()) return {.why_not = "no layer norm is read by linear layers alone"};
  return scale_channels(solution, evidence, groups);
}

}  // namespace qtool
