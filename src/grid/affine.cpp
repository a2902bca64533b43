#include "grid/affine.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/fake_quantize_per_channel_affine.h>
#include <ATen/ops/fake_quantize_per_tensor_affine.h>
#include <ATen/ops/round.h>

#include <algorithm>
#include <cmath>

#include "grid/by_scale.h"

namespace qtool {
at::Tensor quantize(const at::Tensor& x, const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  const auto inverse = spread_by_scale(qparams.scales().to(at::kFloat).reciprocal(), scheme, x);
  const auto zero_point = spread_by_scale(qparams.zero_points(), scheme, x);
  return (at::round(x * inverse).to(at::kLong) + zero_point).clamp(scheme.qmin(), scheme.qmax());
}

at::Tensor dequantize(const at::Tensor& q, const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  const auto scale = spread_by_scale(qparams.scales().to(at::kFloat), scheme, q);
  return (q - spread_by_scale(qparams.zero_points(), scheme, q)).to(at::kFloat) * scale;
}

at::Tensor fake_quantize(const at::Tensor& x, const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  if (scheme.granularity() == Granularity::kPerTensor)
    return at::fake_quantize_per_tensor_affine(x, qparams.scale(), qparams.zero_point(), scheme.qmin(),
                                               scheme.qmax());
  const auto along = [&](const at::Tensor& values, int64_t axis) {
    return at::fake_quantize_per_channel_affine(values, qparams.scales().to(at::kFloat),
                                                qparams.zero_points().to(at::kInt), axis, scheme.qmin(),
                                                scheme.qmax());
  };
  if (scheme.group() > 0) return along(rows_by_scale(x, scheme), 0).reshape(x.sizes());
  return along(x, scheme.axis());
}

int64_t quantize_value(float x, double scale, int64_t zero_point, int64_t qmin, int64_t qmax) {
  const float inverse = 1.0f / static_cast<float>(scale);
  return std::clamp(static_cast<int64_t>(std::nearbyint(x * inverse)) + zero_point, qmin, qmax);
}

float dequantize_value(int64_t q, double scale, int64_t zero_point) {
  return static_cast<float>(q - zero_point) * static_cast<float>(scale);
}

}  // namespace qtool
