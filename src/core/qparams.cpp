#include "core/qparams.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/round.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace qtool {
namespace {

[[noreturn]] void invalid(const std::string& what, const std::string& got, const std::string& expected) {
  throw Error(ErrorKind::kUnquantizable,
              {.what = what,
               .got = got,
               .expected = expected,
               .fix = "check the weights and the calibration data for NaN and infinite values"});
}

void check(const QuantScheme& scheme, const at::Tensor& scale, const at::Tensor& zero_point) {
  QTOOL_ASSERT(scale.dim() == 1 && zero_point.dim() == 1 && scale.numel() == zero_point.numel());
  QTOOL_ASSERT(scale.numel() == 1 || scheme.granularity() == Granularity::kPerChannel);
  const auto* s = scale.data_ptr<double>();
  const auto* z = zero_point.data_ptr<int64_t>();
  for (int64_t i = 0; i < scale.numel(); ++i) {
    if (!std::isfinite(s[i]) || s[i] <= 0)
      invalid("a scale is not a positive number", std::to_string(s[i]), "a finite value above 0");
    if (z[i] < scheme.qmin() || z[i] > scheme.qmax())
      invalid("a zero point is off the grid", std::to_string(z[i]),
              std::to_string(scheme.qmin()) + " to " + std::to_string(scheme.qmax()));
  }
}

at::Tensor vector_of(double value) { return at::full({1}, value, at::kDouble); }

/// The nearest float32, as float64; at least the smallest scale whose inverse is a finite float32.
at::Tensor as_kernel_scale(const at::Tensor& scale) {
  constexpr double kSmallest = 1.0 / (1 << 30) / (1 << 30);
  return scale.clamp_min(kSmallest).to(at::kFloat).to(at::kDouble);
}

}  // namespace

QParams::QParams(const QuantScheme& scheme, at::Tensor scale, at::Tensor zero_point)
    : scheme_(scheme),
      scale_(scale.to(at::kDouble).contiguous()),
      zero_point_(zero_point.to(at::kLong).contiguous()) {
  check(scheme_, scale_, zero_point_);
}

QParams::QParams(const QuantScheme& scheme, double scale, int64_t zero_point)
    : QParams(scheme, vector_of(scale), at::full({1}, zero_point, at::kLong)) {}

QParams QParams::cover(const QuantScheme& scheme, const at::Tensor& low, const at::Tensor& high) {
  if (!at::isfinite(low).all().item<bool>() || !at::isfinite(high).all().item<bool>())
    invalid("a range is not finite", "NaN or infinite bounds", "finite bounds");
  const auto zero = at::zeros_like(low);
  const auto lo = at::minimum(low, zero), hi = at::maximum(high, zero);
  const double steps = static_cast<double>(scheme.qmax() - scheme.qmin());
  at::Tensor scale, zero_point;
  if (scheme.symmetry() == Symmetry::kSymmetric) {
    const auto bound = at::maximum(-lo, hi);
    // An unsigned symmetric grid has one step more below its middle than above, which stays unused.
    const int64_t middle = scheme.is_signed() ? 0 : (scheme.qmax() + 1) / 2;
    scale = bound / static_cast<double>(scheme.qmax() - middle);
    zero_point = at::full(low.sizes(), middle, at::kLong);
  } else {
    scale = (hi - lo) / steps;
    zero_point = at::zeros_like(low, at::kLong);
  }
  scale = as_kernel_scale(at::where(scale > 0, scale, at::ones_like(scale)));
  if (scheme.symmetry() == Symmetry::kAffine)
    zero_point = (at::round(-lo / scale).to(at::kLong) + scheme.qmin()).clamp(scheme.qmin(), scheme.qmax());
  return {scheme, scale, zero_point};
}

QParams QParams::cover(const QuantScheme& scheme, double low, double high) {
  return cover(scheme, vector_of(low), vector_of(high));
}

double QParams::scale() const {
  QTOOL_ASSERT(scale_.numel() == 1);
  return scale_.data_ptr<double>()[0];
}

int64_t QParams::zero_point() const {
  QTOOL_ASSERT(zero_point_.numel() == 1);
  return zero_point_.data_ptr<int64_t>()[0];
}

double QParams::low() const { return static_cast<double>(scheme_.qmin() - zero_point()) * scale(); }
double QParams::high() const { return static_cast<double>(scheme_.qmax() - zero_point()) * scale(); }

}  // namespace qtool
