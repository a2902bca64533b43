#pragma once
#include "improve/improvement.h"

namespace qtool {

/// Gives the outermost values of activations back to the ranges that calibration has cut: where a few tokens or
/// channels hold what the rest depends on, as in transformers, the least squared error of the tensor itself is not
/// what the outputs want (Bondarenko et al., "Understanding and overcoming the challenges of efficient transformer
/// quantization", arXiv:2109.12948). Only tensors that were cut by a fifth at least.
[[nodiscard]] Attempt widen_ranges(const Solution& solution, const Evidence& evidence);

}  // namespace qtool
