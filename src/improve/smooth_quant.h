#pragma once
#include "improve/improvement.h"

namespace qtool {

/// Takes outliers out of the channels of a layer norm that linear layers alone read, and puts them into their weights.
/// Source: Xiao et al., "SmoothQuant: accurate and efficient post-training quantization for large language models",
/// arXiv:2211.10438; the strength, there one for the model, is searched for each norm.
[[nodiscard]] Attempt smooth_norms(const Solution& solution, const Evidence& evidence);

}  // namespace qtool
