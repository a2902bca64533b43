#include "qat/fake_quant_activation.h"

#include <ATen/ops/full.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "grid/qparams.h"
#include "qat/fake_quant_on_gpu.h"
#include "qat/training_operator.h"

namespace qtool {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor run(const ActivationState& state, const at::Tensor& x, const at::Tensor& mask) {
  auto y = at::empty_like(x);
  auto* flags = mask.defined() ? mask.data_ptr<uint8_t>() : nullptr;
  const auto kernel = is_on(state.enabled) ? fake_quantize : clip;
  state.note(kernel(x.data_ptr<float>(), y.data_ptr<float>(), flags, x.numel(), state.grid()));
  return y;
}

/// The step comes from the observed range.
class ObservedActivation : public torch::autograd::Function<ObservedActivation> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const ActivationState& state) {
    const auto x = dense(input);
    const auto mask = at::empty_like(x, x.options().dtype(at::kByte));
    context->saved_data["mask"] = mask;
    return run(state, x, mask);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto mask = context->saved_data["mask"].toTensor();
    const auto dy = laid_out_as(gradients[0], mask);
    const auto dx = at::empty_like(dy);
    apply_mask(dy.data_ptr<float>(), mask.data_ptr<uint8_t>(), dx.data_ptr<float>(), dy.numel());
    return {dx, {}};
  }
};

/// The step is a parameter.
class LearnedActivation : public torch::autograd::Function<LearnedActivation> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& /*scale*/,
                            const ActivationState& state) {
    const auto x = dense(input);
    context->save_for_backward({x});
    context->saved_data["grid"] = numbers_of(state.grid());
    return run(state, x, {});
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto x = context->get_saved_variables()[0];
    const auto grid = grid_of(context->saved_data["grid"].toDoubleVector());
    const auto dy = laid_out_as(gradients[0], x);
    const auto dx = at::empty_like(x);
    const double sum = learned_step_gradient(dy.data_ptr<float>(), x.data_ptr<float>(), dx.data_ptr<float>(),
                                             x.numel(), grid);
    return {dx, step_gradient_tensor(sum, x.numel(), grid.qmax), {}};
  }
};

}  // namespace

std::vector<double> numbers_of(const FakeQuantGrid& grid) {
  return {grid.scale,        double(grid.zero_point), double(grid.qmin),
          double(grid.qmax), grid.clip_low,           grid.clip_high};
}

FakeQuantGrid grid_of(const std::vector<double>& numbers) {
  return {.scale = float(numbers[0]),
          .zero_point = int64_t(numbers[1]),
          .qmin = int64_t(numbers[2]),
          .qmax = int64_t(numbers[3]),
          .clip_low = float(numbers[4]),
          .clip_high = float(numbers[5])};
}

at::Tensor step_gradient_tensor(double sum, int64_t values, int64_t qmax) {
  return at::full({1}, sum * learned_step_factor(values, qmax), at::kFloat);
}

FakeQuantGrid ActivationState::grid() const {
  return {.scale = std::max(scale.item<float>(), kSmallestScale),
          .zero_point = *zero_point.data_ptr<int32_t>(),
          .qmin = scheme.qmin(),
          .qmax = scheme.qmax(),
          .clip_low = static_cast<float>(clip_low),
          .clip_high = static_cast<float>(clip_high)};
}

void ActivationState::note(const Extent& batch) const {
  if (!observes || !std::isfinite(batch.low) || !std::isfinite(batch.high)) return;
  float& l = *low.data_ptr<float>();
  float& h = *high.data_ptr<float>();
  const bool is_first = !std::isfinite(l) || !std::isfinite(h);
  l = is_first ? batch.low : static_cast<float>(l + kRangeMomentum * (batch.low - l));
  h = is_first ? batch.high : static_cast<float>(h + kRangeMomentum * (batch.high - h));
  follow_range();
}

void ActivationState::follow_range() const {
  const Grid next = cover(scheme, *low.data_ptr<float>(), *high.data_ptr<float>());
  *scale.data_ptr<float>() = static_cast<float>(next.scale);
  *zero_point.data_ptr<int32_t>() = static_cast<int32_t>(next.zero_point);
}

// NOLINTNEXTLINE(readability-function-size): the operator's schema has as many arguments
at::Tensor fake_quant_activation(const at::Tensor& x, const at::Tensor& low, const at::Tensor& high,
                                 const at::Tensor& scale, const at::Tensor& zero_point,
                                 const at::Tensor& observe, const at::Tensor& enabled, int64_t bits,
                                 bool symmetric, bool learned, double clip_low, double clip_high) {
  const auto scheme = QuantScheme::activation(bits, symmetric ? Symmetry::kSymmetric : Symmetry::kAffine);
  // Without gradients it is validation, which must not move a range.
  const bool observes = !learned && is_on(observe) && at::GradMode::is_enabled();
  const ActivationState state{low, high, scale, zero_point, enabled, scheme, observes, clip_low, clip_high};
  if (!x.is_cpu()) return fake_quant_activation_on_gpu(x, state, learned);
  if (learned && is_on(enabled) && (wants_gradient(x) || wants_gradient(scale)))
    return LearnedActivation::apply(x, scale, state);
  if (wants_gradient(x)) return ObservedActivation::apply(x, state);
  return run(state, dense(x), {});
}

}  // namespace qtool
