#pragma once
#include "calibrate/range.h"
#include "calibrate/statistics.h"
#include "grid/scheme.h"

namespace qtool {

/// Least mean squared error of rounding and clipping over the histogram, each bin taken at its centre.
/// Rounding inside costs scale^2 / 12 a value, which holds where a step of the grid spans a bin or more.
/// Source: Choukroun et al., arXiv:1902.06822 (OMSE).
[[nodiscard]] ValueRange mse_range(const SiteStatistics& statistics, const QuantScheme& scheme);

}  // namespace qtool
