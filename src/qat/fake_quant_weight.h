#pragma once
/// Fake-quant of weights in training: qtool::fake_quant_weight of qat/fake_quant_ops.h.
#include <ATen/core/Tensor.h>

namespace qtool {

at::Tensor fake_quant_weight(const at::Tensor& weight, const at::Tensor& scale, const at::Tensor& observe,
                             const at::Tensor& enabled, int64_t bits, int64_t axis, bool learned);

}  // namespace qtool
