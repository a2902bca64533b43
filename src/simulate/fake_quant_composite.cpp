#include "simulate/fake_quant_composite.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/aminmax.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "core/along_axis.h"
#include "core/qparams.h"
#include "simulate/training_operator.h"

namespace qtool {
namespace {

struct GridTensors {
  at::Tensor scale, zero_point;  ///< float64
};

/// core/qparams.h's cover() of a range for each channel.
GridTensors cover(const QuantScheme& scheme, const at::Tensor& range_low, const at::Tensor& range_high) {
  const auto low = range_low.to(at::kDouble).clamp_max(0), high = range_high.to(at::kDouble).clamp_min(0);
  const auto to_grid = [](const at::Tensor& step) {
    const auto scale = step.clamp_min(kSmallestScale);
    return at::where(step > 0, scale, at::ones_like(scale)).to(at::kFloat).to(at::kDouble);
  };
  if (scheme.symmetry() == Symmetry::kSymmetric) {
    const auto scale = to_grid(at::maximum(-low / scheme.steps_below(), high / scheme.steps_above()));
    return {scale, at::ones_like(scale) * scheme.middle()};
  }
  const auto scale = to_grid((high - low) / static_cast<double>(scheme.qmax() - scheme.qmin()));
  return {scale, ((-low / scale).round() + scheme.qmin()).clamp(scheme.qmin(), scheme.qmax())};
}

/// The same value, with its gradient times `factor`.
at::Tensor with_gradient_times(double factor, const at::Tensor& x) {
  const auto value = x.detach();
  return value + (x - value) * factor;
}

/// Fake-quant with the gradients of simulate/fake_quant_kernels.h: `scale` and `zero_point` broadcast over x.
at::Tensor on_grid(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& zero_point,
                   const QuantScheme& scheme) {
  const auto zero = zero_point.to(at::kFloat), steps = x / scale;
  const auto lowest = scheme.qmin() - zero, highest = scheme.qmax() - zero, nearest = steps.detach().round();
  const auto is_inside = nearest.ge(lowest).logical_and(nearest.le(highest));
  const auto straight_through = steps + (nearest - steps.detach());
  return at::where(is_inside, straight_through, at::clamp(nearest, lowest, highest)) * scale;
}

/// A copy, since observing changes the scale in place before the backward pass, and LSQ's gradient factor where it is
/// learned.
at::Tensor step_of(const at::Tensor& scale, bool learned, int64_t values, const QuantScheme& scheme) {
  const auto step = scale.clamp_min(kSmallestScale);
  return learned ? with_gradient_times(learned_step_factor(values, scheme.qmax()), step) : step.detach();
}

/// ActivationState::note() of the values that a batch brought.
void follow(const ActivationState& state, const at::Tensor& values) {
  const at::NoGradGuard no_grad;
  const auto [batch_low, batch_high] = at::aminmax(values);
  const auto is_finite = at::isfinite(batch_low).logical_and(at::isfinite(batch_high));
  const auto is_first = at::isfinite(state.low).logical_and(at::isfinite(state.high)).logical_not();
  const auto moved = [&](const at::Tensor& end, const at::Tensor& batch_end) {
    return at::where(is_first, batch_end, end + kRangeMomentum * (batch_end - end));
  };
  const auto set = [&](const at::Tensor& target, const at::Tensor& value) {
    target.copy_(at::where(is_finite, value.to(target.scalar_type()), target));
  };
  set(state.low, moved(state.low, batch_low));
  set(state.high, moved(state.high, batch_high));
  const auto next = cover(state.scheme, state.low, state.high);
  set(state.scale, next.scale);
  set(state.zero_point, next.zero_point);
}

/// [channels, everything else]
at::Tensor rows_of(const at::Tensor& weight, int64_t axis) {
  return axis < 0 ? weight.reshape({1, -1}) : weight.transpose(0, axis).flatten(1);
}

}  // namespace

at::Tensor composite_activation(const at::Tensor& x, const ActivationState& state, bool learned) {
  const bool clips = std::isfinite(state.clip_low) || std::isfinite(state.clip_high);
  const auto clipped = clips ? at::hardtanh(x, state.clip_low, state.clip_high) : x;
  auto y = is_on(state.enabled) ? on_grid(clipped, step_of(state.scale, learned, x.numel(), state.scheme),
                                          state.zero_point, state.scheme)
                                : clipped;
  if (state.observes) follow(state, clipped.detach());
  return y;
}

at::Tensor composite_weight(const at::Tensor& weight, const at::Tensor& scale, bool observes, bool enabled,
                            const QuantScheme& scheme, int64_t axis, bool learned) {
  if (observes) {
    const at::NoGradGuard no_grad;
    const auto rows = rows_of(weight.detach(), axis);
    scale.copy_(cover(scheme, rows.amin(1), rows.amax(1)).scale);
  }
  if (!enabled) return weight;
  const auto step = step_of(scale, learned, weight.numel() / scale.numel(), scheme);
  return on_grid(weight, axis < 0 ? step : along_axis(step, axis, weight), at::zeros({1}, scale.options()),
                 scheme);
}

}  // namespace qtool
