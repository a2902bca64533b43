#pragma once
#include <ATen/core/Tensor.h>

#include "grid/scheme.h"

namespace qtool {

/// A tensor as rows [K, n], one for each scale of the scheme, in the order of the scales: all of it, its slices along
/// the axis, or groups of neighbours in them. Shares memory with `x` where it can.
[[nodiscard]] at::Tensor rows_by_scale(const at::Tensor& x, const QuantScheme& scheme);

/// Values of the scales [K], so that they broadcast with `like`, a tensor on such a grid.
[[nodiscard]] at::Tensor spread_by_scale(const at::Tensor& values, const QuantScheme& scheme,
                                         const at::Tensor& like);

}  // namespace qtool
