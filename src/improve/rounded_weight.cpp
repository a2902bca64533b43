#include "improve/rounded_weight.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

#include "grid/affine.h"
#include "grid/by_scale.h"

namespace qtool {
namespace {

constexpr double kStretch = 1.2, kBelow = 0.1;  ///< zeta - gamma, and -gamma
constexpr double kEdge = 0.01;                  ///< a weight on an integer can still leave it

}  // namespace

RoundedWeight::RoundedWeight(at::Tensor weight, const QParams& grid)
    : weight_(std::move(weight)), original_(weight_.detach().clone()), before_(grid) {
  first_ = grid.scales().to(at::kFloat);
  change_ = at::zeros_like(first_);
  const auto steps = original_ / along(first_);
  down_ = steps.floor().clamp(static_cast<double>(grid.scheme().qmin()),
                              static_cast<double>(grid.scheme().qmax() - 1));
  const auto share = (steps - down_).clamp(kEdge, 1 - kEdge);
  v_ = -(kStretch / (share + kBelow) - 1).log();
}

at::Tensor RoundedWeight::along(const at::Tensor& scales) const {
  return spread_by_scale(scales, before_.scheme(), original_);
}

at::Tensor RoundedWeight::sum_by_scale(const at::Tensor& values) const {
  return rows_by_scale(values, before_.scheme()).sum(1);
}

at::Tensor RoundedWeight::share() const { return at::sigmoid(v_).mul_(kStretch).sub_(kBelow).clamp_(0, 1); }

at::Tensor RoundedWeight::scale() const { return first_ * (1 + change_); }

void RoundedWeight::write_soft() const { weight_.copy_(share().add_(down_).mul_(along(scale()))); }

void RoundedWeight::write_hard() const {
  weight_.copy_(dequantize((down_ + v_.ge(0)).to(at::kLong), grid()));
}

void RoundedWeight::write_back() const { weight_.copy_(original_); }

QParams RoundedWeight::grid() const {
  return {before_.scheme(), scale().to(at::kDouble), before_.zero_points()};
}

void RoundedWeight::step(const at::Tensor& gradient, const RoundingRates& rates) {
  const auto sigmoid = at::sigmoid(v_);
  const auto share = (sigmoid * kStretch - kBelow).clamp_(0, 1);
  // d h / d v, which is 0 where h is held at 0 or 1
  const auto slope = (sigmoid * (1 - sigmoid)).mul_(kStretch).mul_(share.gt(0).logical_and_(share.lt(1)));
  const auto of_scale = sum_by_scale(gradient * (share + down_)).mul_(first_);
  auto of_share = gradient * along(scale());
  if (rates.sharpness > 0) {
    // of 1 - |2 h - 1|^power, the mean over the weights
    const auto middle = share * 2 - 1;
    const double factor = -2 * rates.power * rates.sharpness / static_cast<double>(v_.numel());
    of_share.add_(middle.abs().pow_(rates.power - 1).mul_(middle.sign()), factor);
  }
  of_rounding_.step(v_, of_share.mul_(slope), rates.rounding);
  of_scale_.step(change_, of_scale, rates.scale);
  change_.clamp_(-0.5, 1);
}

}  // namespace qtool
