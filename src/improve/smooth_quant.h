#pragma once
#include "improve/improvement.h"

namespace qtool {

/// Takes outliers out of the channels that linear layers read, and puts them into their weights: out of a layer
/// norm that nothing else reads by its weight and bias, elsewhere (behind a gelu, beside a residual) by a
/// multiplication before the layer, where that takes away half of the noise at least. Source: Xiao et al.,
/// "SmoothQuant: accurate and efficient post-training quantization for large language models", arXiv:2211.10438;
/// the strength, there one for the model, is searched for each tensor, and there is no multiplication there.
[[nodiscard]] Attempt smooth_inputs(const Solution& solution, const Evidence& evidence);

}  // namespace qtool
