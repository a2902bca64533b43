#include "simulate/fake_quant_ops.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/where.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/qparams.h"
#include "simulate/fake_quant_kernels.h"

namespace qtool {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kMomentum = 0.01;          // of ranges
constexpr double kBatchNormMomentum = 0.1;  // PyTorch's default
constexpr float kSmallestScale = 1e-12F;    // a learned step must stay above zero

bool is_on(const at::Tensor& flag) { return *flag.data_ptr<int64_t>() != 0; }

bool wants_gradient(const at::Tensor& tensor) { return at::GradMode::is_enabled() && tensor.requires_grad(); }

/// In the order in memory that `like` has, so that loops may run over both as they lie there.
at::Tensor laid_out_as(const at::Tensor& tensor, const at::Tensor& like) {
  if (tensor.strides() == like.strides()) return tensor;
  return at::empty_like(like, tensor.options()).copy_(tensor);
}

at::Tensor dense(const at::Tensor& x) { return x.is_non_overlapping_and_dense() ? x : x.contiguous(); }

/// The one value of a learned step's gradient.
at::Tensor step_gradient_tensor(double gradient, int64_t values, int64_t qmax) {
  return at::full({1}, gradient / std::sqrt(double(values) * double(qmax)), at::kFloat);
}

// ---- activations ----

struct ActivationState {
  at::Tensor low, high, scale, zero_point, enabled;
  QuantScheme scheme;
  bool observes;
  double clip_low, clip_high;

  [[nodiscard]] FakeQuantGrid grid() const {
    return {.scale = std::max(*scale.data_ptr<float>(), kSmallestScale),
            .zero_point = *zero_point.data_ptr<int32_t>(),
            .qmin = scheme.qmin(),
            .qmax = scheme.qmax(),
            .clip_low = static_cast<float>(clip_low),
            .clip_high = static_cast<float>(clip_high)};
  }

  void note(const Extent& batch) const {
    if (!observes || !std::isfinite(batch.low) || !std::isfinite(batch.high)) return;
    float& l = *low.data_ptr<float>();
    float& h = *high.data_ptr<float>();
    const bool is_first = !std::isfinite(l) || !std::isfinite(h);
    l = is_first ? batch.low : static_cast<float>(l + kMomentum * (batch.low - l));
    h = is_first ? batch.high : static_cast<float>(h + kMomentum * (batch.high - h));
    const Grid next = cover(scheme, l, h);
    *scale.data_ptr<float>() = static_cast<float>(next.scale);
    *zero_point.data_ptr<int32_t>() = static_cast<int32_t>(next.zero_point);
  }
};

at::Tensor run(const ActivationState& state, const at::Tensor& x, const at::Tensor& mask) {
  const auto y = at::empty_like(x);
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
    const auto grid = state.grid();
    context->saved_data["grid"] =
        std::vector<double>{grid.scale,        double(grid.zero_point), double(grid.qmin),
                            double(grid.qmax), grid.clip_low,           grid.clip_high};
    return run(state, x, {});
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto x = context->get_saved_variables()[0];
    const auto g = context->saved_data["grid"].toDoubleVector();
    const FakeQuantGrid grid{.scale = float(g[0]),
                             .zero_point = int64_t(g[1]),
                             .qmin = int64_t(g[2]),
                             .qmax = int64_t(g[3]),
                             .clip_low = float(g[4]),
                             .clip_high = float(g[5])};
    const auto dy = laid_out_as(gradients[0], x);
    const auto dx = at::empty_like(x);
    const double sum = learned_step_gradient(dy.data_ptr<float>(), x.data_ptr<float>(), dx.data_ptr<float>(),
                                             x.numel(), grid);
    return {dx, step_gradient_tensor(sum, x.numel(), grid.qmax), {}};
  }
};

at::Tensor fake_quant_activation(const at::Tensor& x, const at::Tensor& low, const at::Tensor& high,
                                 const at::Tensor& scale, const at::Tensor& zero_point,
                                 const at::Tensor& observe, const at::Tensor& enabled, int64_t bits,
                                 bool symmetric, bool learned, double clip_low, double clip_high) {
  const auto scheme = QuantScheme::activation(bits, symmetric ? Symmetry::kSymmetric : Symmetry::kAffine);
  // Without gradients it is validation, which must not move a range.
  const bool observes = !learned && is_on(observe) && at::GradMode::is_enabled();
  const ActivationState state{low, high, scale, zero_point, enabled, scheme, observes, clip_low, clip_high};
  if (learned && is_on(enabled) && (wants_gradient(x) || wants_gradient(scale)))
    return LearnedActivation::apply(x, scale, state);
  if (wants_gradient(x)) return ObservedActivation::apply(x, state);
  return run(state, dense(x), {});
}

// ---- weights ----

/// Channels are rows: [C, everything else], dense along a row. A view where the axis is the first in memory.
struct Rows {
  at::Tensor values;
  int64_t count, length;
};

Rows rows_of(const at::Tensor& weight, int64_t axis) {
  if (axis < 0) {
    const auto values = dense(weight);
    return {values, 1, values.numel()};
  }
  auto values = axis == 0 ? dense(weight) : weight.transpose(0, axis).contiguous();
  if (values.numel() > 0 && values.stride(0) != values.numel() / values.size(0)) values = values.contiguous();
  return {values, values.size(0), values.numel() / values.size(0)};
}

at::Tensor from_rows(const at::Tensor& rows, int64_t axis) {
  return axis > 0 ? rows.transpose(0, axis) : rows;
}

FakeQuantGrid weight_grid(const QuantScheme& scheme, float scale) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  return {.scale = std::max(scale, kSmallestScale),
          .zero_point = 0,
          .qmin = scheme.qmin(),
          .qmax = scheme.qmax(),
          .clip_low = -kInfinity,
          .clip_high = kInfinity};
}

class Weight : public torch::autograd::Function<Weight> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& weight, const at::Tensor& scale,
                            const QuantScheme& scheme, int64_t axis) {
    const auto rows = rows_of(weight, axis);
    // The optimizer changes the scale in place before the next forward pass only, after this one's backward pass.
    context->save_for_backward({rows.values, scale.detach()});
    context->saved_data["axis"] = axis;
    context->saved_data["bits"] = scheme.bits();
    const auto y = at::empty_like(rows.values);
    const auto* scales = scale.data_ptr<float>();
    for (int64_t row = 0; row < rows.count; ++row)
      (void)fake_quantize(rows.values.data_ptr<float>() + row * rows.length,
                          y.data_ptr<float>() + row * rows.length, nullptr, rows.length,
                          weight_grid(scheme, scales[row]));
    return from_rows(y, axis);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &values = saved[0], &scale = saved[1];
    const auto axis = context->saved_data["axis"].toInt();
    const auto scheme = QuantScheme::weight(context->saved_data["bits"].toInt(), Granularity::kPerChannel, 0);
    const auto dy = laid_out_as(from_rows(gradients[0], axis), values);
    const auto dx = at::empty_like(values), dscale = at::empty_like(scale);
    const int64_t count = scale.numel(), length = values.numel() / count;
    const double factor = 1 / std::sqrt(double(length) * double(scheme.qmax()));
    for (int64_t row = 0; row < count; ++row) {
      const int64_t at = row * length;
      const double sum = learned_step_gradient(dy.data_ptr<float>() + at, values.data_ptr<float>() + at,
                                               dx.data_ptr<float>() + at, length,
                                               weight_grid(scheme, scale.data_ptr<float>()[row]));
      dscale.data_ptr<float>()[row] = static_cast<float>(sum * factor);
    }
    return {from_rows(dx, axis), dscale, {}, {}};
  }
};

void observe_weight(const at::Tensor& weight, const at::Tensor& scale, const QuantScheme& scheme,
                    int64_t axis) {
  const auto rows = rows_of(weight.detach(), axis);
  for (int64_t row = 0; row < rows.count; ++row) {
    const double bound = largest_magnitude(rows.values.data_ptr<float>() + row * rows.length, rows.length);
    scale.data_ptr<float>()[row] = static_cast<float>(cover(scheme, -bound, bound).scale);
  }
}

at::Tensor fake_quant_weight(const at::Tensor& weight, const at::Tensor& scale, const at::Tensor& observe,
                             const at::Tensor& enabled, int64_t bits, int64_t axis, bool learned) {
  const auto scheme = QuantScheme::weight(bits, Granularity::kPerChannel, 0);
  if (!learned && is_on(observe)) observe_weight(weight, scale, scheme, axis);
  if (!is_on(enabled)) return weight;
  return Weight::apply(weight, scale, scheme, axis);
}

// ---- batch norm ----

at::Tensor per_channel(const at::Tensor& values, const at::Tensor& like) {
  std::vector<int64_t> shape(static_cast<size_t>(like.dim()), 1);
  shape[1] = values.numel();
  return values.view(shape);
}

at::Tensor batch_norm_factor(const at::Tensor& gamma, const at::Tensor& var, double eps) {
  return gamma * at::rsqrt(var + eps);
}

at::Tensor times_channels(const at::Tensor& weight, const at::Tensor& factor, int64_t axis, int64_t groups) {
  std::vector<int64_t> shape(static_cast<size_t>(weight.dim()), 1);
  if (axis == 0 || groups == 1) {
    shape[static_cast<size_t>(axis)] = factor.numel();
    return weight * factor.view(shape);
  }
  // [C_in, C / groups, ...] -> [groups, C_in / groups, C / groups, ...]
  auto split = weight.sizes().vec();
  split[0] /= groups;
  split.insert(split.begin(), groups);
  shape.insert(shape.begin(), groups);
  shape[2] = factor.numel() / groups;
  return (weight.reshape(split) * factor.view(shape)).reshape(weight.sizes());
}

at::Tensor batch_norm_in_fold(const at::Tensor& y, const at::Tensor& gamma, const at::Tensor& beta,
                              const at::Tensor& mean, const at::Tensor& var, const at::Tensor& frozen,
                              double eps) {
  const auto inverse_deviation = at::rsqrt(var + eps);
  if (is_on(frozen) || !at::GradMode::is_enabled())
    return y + per_channel(beta - mean * (gamma * inverse_deviation), y);
  // Where gamma is negative, y has the layer's signs reversed already.
  const auto [z, batch_mean, batch_inverse] =
      at::native_batch_norm(y, gamma.abs(), beta, {}, {}, /*training=*/true, /*momentum=*/0, eps);
  const at::NoGradGuard no_grad;
  // What batch norm would have seen: y is that times gamma / deviation, which is not zero for a channel that is alive.
  const auto factor = gamma * inverse_deviation;
  const auto alive = factor.abs() > 1e-6;
  const auto safe = at::where(alive, factor, at::ones_like(factor));
  const auto values = double(y.numel()) / double(y.size(1));
  const auto batch_var = (batch_inverse.square().reciprocal() - eps) * (values / std::max(values - 1, 1.0));
  const auto rate = alive.to(at::kFloat) * kBatchNormMomentum;
  mean.add_(rate * (batch_mean / safe - mean));
  var.add_(rate * (batch_var.clamp_min(0) / safe.square() - var));
  return z;
}

}  // namespace

void register_fake_quant_operators() {
  static torch::Library library = [] {
    torch::Library operators(torch::Library::DEF, "qtool", {}, __FILE__, __LINE__);
    operators.def(
        "fake_quant_activation(Tensor x, Tensor(a!) low, Tensor(b!) high, Tensor(c!) scale, Tensor(d!) "
        "zero_point, "
        "Tensor observe, Tensor enabled, int bits, bool symmetric, bool learned, float clip_low, float "
        "clip_high) "
        "-> Tensor",
        torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(fake_quant_activation)));
    operators.def(
        "fake_quant_weight(Tensor weight, Tensor(a!) scale, Tensor observe, Tensor enabled, int bits, int "
        "axis, "
        "bool learned) -> Tensor",
        torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(fake_quant_weight)));
    operators.def("batch_norm_factor(Tensor gamma, Tensor var, float eps) -> Tensor",
                  torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(batch_norm_factor)));
    operators.def("times_channels(Tensor weight, Tensor factor, int axis, int groups) -> Tensor",
                  torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(times_channels)));
    operators.def(
        "batch_norm_in_fold(Tensor y, Tensor gamma, Tensor beta, Tensor(a!) mean, Tensor(b!) var, Tensor "
        "frozen, "
        "float eps) -> Tensor",
        torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(batch_norm_in_fold)));
    return operators;
  }();
}

}  // namespace qtool
