#pragma once
#include "calibrate/range.h"
#include "calibrate/statistics.h"

namespace qtool {

/// All but 0.001 % of the values: half of that is left out at each end that is not zero.
[[nodiscard]] ValueRange percentile_range(const SiteStatistics& statistics);

}  // namespace qtool
