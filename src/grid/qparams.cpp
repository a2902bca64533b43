#include "grid/qparams.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>

#include <algorithm>
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

/// With less than 8 bits the ends of a grid of 8 bits would move by more than half a step.
constexpr double kSmallestHalf = 1.0 / (1 << 17), kLargestHalf = 65504;

at::Tensor as_held(const QuantScheme& scheme, const at::Tensor& scale) {
  auto plain = scale.to(at::kDouble).contiguous();
  if (scheme.group() == 0 || plain.numel() == 0) return plain;
  const bool fits = plain.min().item<double>() >= kSmallestHalf && plain.max().item<double>() <= kLargestHalf;
  return fits ? plain.to(at::kHalf).to(at::kDouble) : plain;
}

at::Tensor vector_of(double value) { return at::full({1}, value, at::kDouble); }

}  // namespace

Grid cover(const QuantScheme& scheme, double low, double high) {
  constexpr double kSmallest = 1.0 / (1 << 30) / (1 << 30);  // its inverse is a finite float32
  low = std::min(low, 0.0);
  high = std::max(high, 0.0);
  const bool symmetric = scheme.symmetry() == Symmetry::kSymmetric;
  double scale = symmetric ? std::max(-low / scheme.steps_below(), high / scheme.steps_above())
                           : (high - low) / static_cast<double>(scheme.qmax() - scheme.qmin());
  scale = static_cast<float>(scale > 0 ? std::max(scale, kSmallest) : 1.0);
  if (symmetric) return {scale, scheme.middle()};
  const auto steps = static_cast<int64_t>(std::nearbyint(-low / scale));
  return {scale, std::clamp(steps + scheme.qmin(), scheme.qmin(), scheme.qmax())};
}

at::Tensor in_fewest_bytes(const at::Tensor& scales) {
  const auto half = scales.to(at::kHalf);
  return half.to(at::kFloat).equal(scales) ? half : scales;
}

QParams::QParams(const QuantScheme& scheme, at::Tensor scale, at::Tensor zero_point)
    : scheme_(scheme), scale_(as_held(scheme, scale)), zero_point_(zero_point.to(at::kLong).contiguous()) {
  check(scheme_, scale_, zero_point_);
}

QParams::QParams(const QuantScheme& scheme, double scale, int64_t zero_point)
    : QParams(scheme, vector_of(scale), at::full({1}, zero_point, at::kLong)) {}

QParams QParams::cover(const QuantScheme& scheme, const at::Tensor& low, const at::Tensor& high) {
  if (!at::isfinite(low).all().item<bool>() || !at::isfinite(high).all().item<bool>())
    invalid("a range is not finite", "NaN or infinite bounds", "finite bounds");
  const auto lows = low.contiguous(), highs = high.contiguous();
  const auto scale = at::empty(low.sizes(), at::kDouble), zero_point = at::empty(low.sizes(), at::kLong);
  for (int64_t i = 0; i < low.numel(); ++i) {
    const Grid grid = qtool::cover(scheme, lows.data_ptr<double>()[i], highs.data_ptr<double>()[i]);
    scale.data_ptr<double>()[i] = grid.scale;
    zero_point.data_ptr<int64_t>()[i] = grid.zero_point;
  }
  return {scheme, scale, zero_point};
}

QParams QParams::cover(const QuantScheme& scheme, double low, double high) {
  return cover(scheme, vector_of(low), vector_of(high));
}

const at::Tensor& QParams::scales() const {
  QTOOL_ASSERT(is_known());
  return scale_;
}

const at::Tensor& QParams::zero_points() const {
  QTOOL_ASSERT(is_known());
  return zero_point_;
}

double QParams::scale() const {
  QTOOL_ASSERT(scales().numel() == 1);
  return scale_.data_ptr<double>()[0];
}

int64_t QParams::zero_point() const {
  QTOOL_ASSERT(zero_points().numel() == 1);
  return zero_point_.data_ptr<int64_t>()[0];
}

double QParams::low() const { return static_cast<double>(scheme_.qmin() - zero_point()) * scale(); }
double QParams::high() const { return static_cast<double>(scheme_.qmax() - zero_point()) * scale(); }

}  // namespace qtool
