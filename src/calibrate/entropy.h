#pragma once
#include "calibrate/range.h"
#include "calibrate/statistics.h"
#include "grid/scheme.h"

namespace qtool {

/// Least Kullback-Leibler divergence of the values, clipped ones piled up at the ends, from what the grid's
/// levels keep of them; exact zeros, which any grid keeps, do not count. One threshold for both signs, in steps
/// of 1/64 of the larger end. As in TensorRT, but for the resolution at which the two are compared, which is a
/// part of the grid's step, and not of the histogram. Source: Migacz, "8-bit inference with TensorRT", GTC 2017.
[[nodiscard]] ValueRange entropy_range(const SiteStatistics& statistics, const QuantScheme& scheme);

}  // namespace qtool
