#pragma once
#include "solve/solution.h"

namespace qtool {

/// The same solution with each int8 layer's bias on the grid of its products, of step scale of the input * scale of the
/// weight, where it fits int32: what a kernel computes that adds the bias to the sum of products. Others keep theirs.
/// Shares no tensor with `solution`.
[[nodiscard]] Solution with_integer_biases(const Solution& solution);

}  // namespace qtool
