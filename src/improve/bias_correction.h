#pragma once
#include "improve/improvement.h"

namespace qtool {

/// Gives each layer's outputs the mean that they have in float, channel by channel, by its bias, layer by layer.
/// Source: Nagel et al., "Data-free quantization through weight equalization and bias correction", arXiv:1906.04721,
/// section 4.2, with the means of data (appendix D) instead of those that batch norm tells.
[[nodiscard]] Attempt correct_biases(const Solution& solution, const Evidence& evidence);

}  // namespace qtool
