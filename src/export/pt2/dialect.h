#pragma once
#include <c10/core/ScalarType.h>

#include <cstdint>

namespace qtool {

/// How a runtime wants int8 spelled in a program of torch.export's.
struct Pt2Dialect {
  at::ScalarType activation;  ///< the type of activations
  int64_t shift;              ///< from a zero point of ours, which is of uint8, to one of that type
};

/// For TorchInductor on x86, where a convolution takes uint8 alone.
inline constexpr Pt2Dialect kInductorDialect = {at::kByte, 0};
/// For ExecuTorch, whose XNNPACK takes int8 alone.
inline constexpr Pt2Dialect kExecutorchDialect = {at::kChar, -128};

}  // namespace qtool
