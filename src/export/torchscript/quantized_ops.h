#pragma once
#include "improve/solution.h"

namespace qtool {

/// The int8 model on LibTorch's `quantized::` operators: weights packed, relu fused, and as few steps between
/// float and int8 as the plan allows: a value is quantized once, and only where an int8 operator reads it;
/// dequantized once, and only where a float operator or the caller does. The only file of qtool that depends
/// on LibTorch's quantized dtypes.
///
/// Weights are packed for the engine in use (export/torchscript/engine.h); the file repacks them for whatever engine
/// loads it.
[[nodiscard]] Model lower_to_quantized_ops(const Solution& solution);

}  // namespace qtool
