#include "improve/equalisation.h"

#include "improve/scale_channels.h"

namespace qtool {

Attempt equalise_layers(const Solution& solution, const Evidence& evidence) {
  const auto groups = scaling_groups(view(solution.model), solution.plan, /*norms=*/false);
  if (groups.empty()) return {.why_not = "no layer is read by other layers alone"};
  return scale_channels(solution, evidence, groups);
}

}  // namespace qtool
