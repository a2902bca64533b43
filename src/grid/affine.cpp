#include "grid/affine.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/fake_quantize_per_channel_affine.h>
#include <ATen/ops/fake_quantize_per_tensor_affine.h>
#include <ATen/ops/round.h>

#include <algorithm>
#include <cmath>

#include "grid/along_axis.h"

namespace qtool {
namespace {

at::Tensor along_channels(const at::Tensor& values, const at::Tensor& x, const QuantScheme& scheme) {
  return scheme.granularity() == Granularity::kPerTensor ? values : along_axis(values, scheme.axis(), x);
}

}  // namespace

at::Tensor quantize(const at::Tensor& x, const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  const auto inverse = along_channels(qparams.scales().to(at::kFloat).reciprocal(), x, scheme);
  const auto zero_point = along_channels(qparams.zero_points(), x, scheme);
  return (at::round(x * inverse).to(at::kLong) + zero_point).clamp(scheme.qmin(), scheme.qmax());
}

at::Tensor dequantize(const at::Tensor& q, const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  const auto scale = along_channels(qparams.scales().to(at::kFloat), q, scheme);
  return (q - along_channels(qparams.zero_points(), q, scheme)).to(at::kFloat) * scale;
}

at::Tensor fake_quantize(const at::Tensor& x, const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  if (scheme.granularity() == Granularity::kPerTensor)
    return at::fake_quantize_per_tensor_affine(x, qparams.scale(), qparams.zero_point(), scheme.qmin(),
                                               scheme.qmax());
  return at::fake_quantize_per_channel_affine(x, qparams.scales().to(at::kFloat),
                                              qparams.zero_points().to(at::kInt), scheme.axis(),
                                              scheme.qmin(), scheme.qmax());
}

int64_t quantize_value(float x, double scale, int64_t zero_point, int64_t qmin, int64_t qmax) {
  const float inverse = 1.0f / static_cast<float>(scale);
  return std::clamp(static_cast<int64_t>(std::nearbyint(x * inverse)) + zero_point, qmin, qmax);
}

float dequantize_value(int64_t q, double scale, int64_t zero_point) {
  return static_cast<float>(q - zero_point) * static_cast<float>(scale);
}

}  // namespace qtool
