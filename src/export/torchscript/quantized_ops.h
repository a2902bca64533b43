#pragma once
#include "solve/solution.h"

namespace qtool {

/// The int8 model on LibTorch's `quantized::` operators: weights packed, relu fused. The only file of qtool that
/// depends on LibTorch's quantized dtypes.
///
/// Weights are packed for the engine in use (export/torchscript/engine.h); the file repacks them for whatever engine
/// loads it.
[[nodiscard]] Model lower_to_quantized_ops(const Solution& solution);

}  // namespace qtool
