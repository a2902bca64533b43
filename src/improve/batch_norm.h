#pragma once
#include "improve/improvement.h"

namespace qtool {

/// Gives each layer's outputs the mean and the standard deviation that they have in float, channel by channel, layer by
/// layer: what a batch norm behind the layer would do whose statistics were estimated again after rounding. Batch norm
/// is folded by then, so this goes into the scales of the weights and the biases; the integers stay. Layers that never
/// had a batch norm are treated alike. Source: Hubara et al., "Improving post training neural quantization: layer-wise
/// calibration and integer programming", arXiv:2006.10518, section 3.5 (batch norm tuning).
[[nodiscard]] Attempt estimate_batch_norm_again(const Solution& solution, const Evidence& evidence);

}  // namespace qtool
