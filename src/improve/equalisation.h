#pragma once
#include "improve/improvement.h"

namespace qtool {

/// Makes the channels between two layers alike, across relu and what else passes factors on, depthwise layers among
/// them. Of a relu6 a channel that reaches 6 is left as it is, and none is made to reach it, so that the model computes
/// what it did. Source: Nagel et al., "Data-free quantization through weight equalization and bias correction",
/// arXiv:1906.04721, section 4.1, which makes the ranges of both weights alike; here each output channel has a scale of
/// its own, so it is the first layer's activations that are weighed against the second's weights.
[[nodiscard]] Attempt equalise_layers(const Solution& solution, const Evidence& evidence);

}  // namespace qtool
