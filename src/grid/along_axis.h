#pragma once
#include <ATen/core/Tensor.h>

namespace qtool {

/// values [K] -> [1, .., K, .., 1], so that they broadcast along the axis of `like`.
[[nodiscard]] at::Tensor along_axis(const at::Tensor& values, int64_t axis, const at::Tensor& like);

}  // namespace qtool
