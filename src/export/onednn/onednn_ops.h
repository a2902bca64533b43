#pragma once
#include "solve/solution.h"

namespace qtool {

/// The int8 model on plain tensors: convolutions and linear layers are `onednn::` operators, tensors that move are
/// uint8 ones, all else is computed in float between two grids. No engine is set, no quantized dtype is in it. Layers
/// keep their integers in the file, and pack them when it is loaded (export/onednn/stored_weight.h), for inputs of the
/// shape of `example`, which may be empty: convolutions of others are right, but perhaps pack again on each call.
[[nodiscard]] Model lower_to_onednn(const Solution& solution, const std::vector<at::Tensor>& example = {});

}  // namespace qtool
