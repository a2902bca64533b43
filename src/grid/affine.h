#pragma once
/// THE affine formula. Every scale, zero point and rounding in qtool comes from here.
///
///     q  = clamp(round_half_even(x / scale) + zero_point, qmin, qmax)
///     x̂ = (q - zero_point) * scale
///
/// Rounding happens before the zero point is added, ties go to the even integer (IEEE 754 default, as in
/// ONNX's QuantizeLinear and LibTorch's fake_quantize). LibTorch computes x * (1 / scale) in float32 instead
/// of x / scale; so do we, so that simulated and int8 agree. Source: Jacob et al., "Quantization and Training
/// of Neural Networks for Efficient Integer-Arithmetic-Only Inference", arXiv:1712.05877.
#include <ATen/core/Tensor.h>

#include "grid/qparams.h"

namespace qtool {

/// x float32 [...] -> int64 [...] on the grid. Per-channel parameters run along scheme().axis(), those of groups
/// (of a multiple of scheme().group() values) through x as it lies in memory.
[[nodiscard]] at::Tensor quantize(const at::Tensor& x, const QParams& qparams);
/// q int64 [...] -> float32 [...].
[[nodiscard]] at::Tensor dequantize(const at::Tensor& q, const QParams& qparams);
/// dequantize(quantize(x)), by LibTorch's kernel: the fast path.
[[nodiscard]] at::Tensor fake_quantize(const at::Tensor& x, const QParams& qparams);

/// Plain references that tests hold the fast paths against.
[[nodiscard]] int64_t quantize_value(float x, double scale, int64_t zero_point, int64_t qmin, int64_t qmax);
[[nodiscard]] float dequantize_value(int64_t q, double scale, int64_t zero_point);

}  // namespace qtool
