#pragma once
#include <vector>

#include "base/progress.h"
#include "explain/blame.h"
#include "explain/explained.h"

namespace qtool {

/// Changes of the recipe that win at least a tenth of a decibel and lose no agreement (where there are classes), the
/// best first. Each was planned, solved from the statistics and simulated on the trial's sample, as a run with that
/// recipe would; none is listed on suspicion. Tried are: the worst layers in float, more bits, finer scales, affine
/// ranges and the other calibrators, for the worst layer and for all.
[[nodiscard]] std::vector<Recommendation> recommend(const Explained& model, const Blame& blame,
                                                    const Trial& trial, Progress& progress);

}  // namespace qtool
