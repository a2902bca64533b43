#pragma once
/// Fake-quant in training by LibTorch's own operators and its autograd: what simulate/fake_quant_activation.h and
/// fake_quant_weight.h do where tensors are on a GPU, which our loops do not reach. The same values, gradients and ranges up to
/// rounding; nothing waits for the GPU.
#include <ATen/core/Tensor.h>

#include "core/scheme.h"
#include "simulate/fake_quant_activation.h"

namespace qtool {

/// x of any shape, on the device of the state; `state.enabled` stays on the CPU.
[[nodiscard]] at::Tensor composite_activation(const at::Tensor& x, const ActivationState& state,
                                              bool learned);

/// weight along `axis` (-1: one scale), scale [C]. Where `observes`, each scale covers its channel's largest magnitude first.
[[nodiscard]] at::Tensor composite_weight(const at::Tensor& weight, const at::Tensor& scale, bool observes,
                                          bool enabled, const QuantScheme& scheme, int64_t axis,
                                          bool learned);

}  // namespace qtool
