#pragma once
#include "improve/solution.h"

namespace qtool {

/// The int8 model on plain tensors: convolutions and linear layers are `onednn::` operators, tensors that move are
/// uint8 ones, all else is computed in float between two grids. No engine is set, no quantized dtype is in it. Layers
/// keep their integers in the file, and pack them when it is loaded (export/onednn/stored_weight.h).
[[nodiscard]] Model lower_to_onednn(const Solution& solution);

}  // namespace qtool
