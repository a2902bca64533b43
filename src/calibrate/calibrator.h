#pragma once
#include <cstdint>

#include "calibrate/statistics.h"
#include "grid/scheme.h"
#include "plan/recipe.h"

namespace qtool {

/// Real bounds of what a grid should cover. Values outside are clipped.
struct ValueRange {
  double low = 0, high = 0;
};

/// The range that `calibrator` chooses for a grid of `scheme`, within [statistics.low, statistics.high].
/// Every calibrator is one function of one file; this is their list. `statistics` must have seen values.
[[nodiscard]] ValueRange choose_range(Calibrator calibrator, const SiteStatistics& statistics,
                                      const QuantScheme& scheme);

/// All but 0.001 % of the values: half of that is left out at each end that is not zero.
[[nodiscard]] ValueRange percentile_range(const SiteStatistics& statistics);

/// Least mean squared error of rounding and clipping over the histogram, each bin taken at its centre; ends
/// are moved in steps of 1/64 of the range, first both, then each alone. Rounding inside costs scale^2 / 12 a
/// value, which holds where a step of the grid spans a bin or more. Source: Choukroun et al.,
/// arXiv:1902.06822 (OMSE).
[[nodiscard]] ValueRange mse_range(const SiteStatistics& statistics, const QuantScheme& scheme);

/// Least Kullback-Leibler divergence of the values, clipped ones piled up at the ends, from what the grid's
/// levels keep of them; exact zeros, which any grid keeps, do not count. One threshold for both signs, in steps
/// of 1/64 of the larger end. As in TensorRT, but for the resolution at which the two are compared, which is a
/// part of the grid's step, and not of the histogram. Source: Migacz, "8-bit inference with TensorRT", GTC 2017.
[[nodiscard]] ValueRange entropy_range(const SiteStatistics& statistics, const QuantScheme& scheme);

}  // namespace qtool
