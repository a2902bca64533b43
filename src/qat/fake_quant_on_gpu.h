#pragma once
/// Fake-quant in training by LibTorch's own fused operators: what qat/fake_quant_activation.h and
/// fake_quant_weight.h do where tensors are on a GPU, which our loops do not reach. The same values, gradients and
/// ranges up to rounding.
#include <ATen/core/Tensor.h>

#include "grid/scheme.h"
#include "qat/fake_quant_activation.h"

namespace qtool {

/// x of any shape, on a GPU; the state is on the CPU, but for a learned scale. In a training step, waits for the GPU
/// once, to read the range of x.
[[nodiscard]] at::Tensor fake_quant_activation_on_gpu(const at::Tensor& x, const ActivationState& state,
                                                      bool learned);

/// weight along `axis` (-1: one scale) and scale [C], on a GPU. Where `observes`, each scale covers its channel's range
/// first.
[[nodiscard]] at::Tensor fake_quant_weight_on_gpu(const at::Tensor& weight, const at::Tensor& scale,
                                                  bool observes, bool enabled, const QuantScheme& scheme,
                                                  int64_t axis, bool learned);

}  // namespace qtool
