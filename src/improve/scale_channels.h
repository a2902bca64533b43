#pragma once
#include "improve/improvement.h"
#include "improve/scaling_groups.h"

namespace qtool {

/// Divides the channels of each group's values by factors s = a^k / w^(1-k), where a is the channel's largest value and
/// w its largest weight in the readers. k is searched for each group: 0 makes the weights alike, 1 the activations; the
/// best has the least noise in the readers' outputs, told from the rounding of their weights and of their inputs. A
/// group where no k helps is left alone.
[[nodiscard]] Attempt scale_channels(const Solution& solution, const Evidence& evidence,
                                     const std::vector<ScalingGroup>& groups);

}  // namespace qtool
