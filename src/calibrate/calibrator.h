#pragma once
#include "calibrate/range.h"
#include "calibrate/statistics.h"
#include "grid/scheme.h"
#include "plan/recipe.h"

namespace qtool {

/// The range that `calibrator` chooses for a grid of `scheme`, within [statistics.low, statistics.high].
/// Every calibrator is one function of one file. `statistics` must have seen values.
[[nodiscard]] ValueRange choose_range(Calibrator calibrator, const SiteStatistics& statistics,
                                      const QuantScheme& scheme);

}  // namespace qtool
