#pragma once
#include <ATen/core/Tensor.h>

#include "solve/solution.h"

namespace qtool {

/// A layer's bias in whole steps of `scales`, those of its channels or one for all; float64, undefined where one does
/// not fit int32.
[[nodiscard]] at::Tensor whole_steps_of_bias(const at::Tensor& bias, const at::Tensor& scales);

/// The same solution with each int8 layer's bias on the grid of its products, of step scale of the input * scale of the
/// weight, where it fits int32: what a kernel computes that adds the bias to the sum of products. Others keep theirs.
/// Shares no tensor with `solution`.
[[nodiscard]] Solution with_integer_biases(const Solution& solution);

}  // namespace qtool
