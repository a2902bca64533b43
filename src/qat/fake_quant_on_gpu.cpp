#include "qat/fake_quant_on_gpu.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fake_quantize_learnable_per_channel_affine.h>
#include <ATen/ops/_fake_quantize_learnable_per_tensor_affine.h>
#include <ATen/ops/aminmax.h>
#include <ATen/ops/fake_quantize_per_channel_affine.h>
#include <ATen/ops/fake_quantize_per_tensor_affine_cachemask.h>
#include <ATen/ops/full.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "grid/qparams.h"
#include "qat/training_operator.h"

namespace qtool {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor clipped(const at::Tensor& x, const FakeQuantGrid& grid) {
  const bool clips = std::isfinite(grid.clip_low) || std::isfinite(grid.clip_high);
  return clips ? at::hardtanh(x, grid.clip_low, grid.clip_high) : x;
}

/// NaN where a value is. Waits for the GPU.
Extent read_extent(const at::Tensor& x) {
  const at::NoGradGuard no_grad;
  const auto [low, high] = at::aminmax(x);
  const auto ends = at::stack({low, high}).cpu();
  return {ends.data_ptr<float>()[0], ends.data_ptr<float>()[1]};
}

Extent clipped(const Extent& extent, const FakeQuantGrid& grid) {
  return {std::clamp(extent.low, grid.clip_low, grid.clip_high),
          std::clamp(extent.high, grid.clip_low, grid.clip_high)};
}

/// LibTorch's operators make whole numbers of x / scale: any number of NaN, and of what has more than 64 bits.
bool can_be_whole_numbers(const Extent& extent, const FakeQuantGrid& grid) {
  const float end = grid.scale * 0x1p62F;
  return extent.low > -end && extent.high < end;
}

/// The grid cuts off all that the clip would.
bool lies_in_clip(const FakeQuantGrid& grid) {
  const auto end = [&](int64_t q) { return float(q - grid.zero_point) * grid.scale; };
  return end(grid.qmin) >= grid.clip_low && end(grid.qmax) <= grid.clip_high;
}

/// Keeps a byte a value for the backward pass: whether it lies inside the clip and the grid.
class ObservedOnGpu : public torch::autograd::Function<ObservedOnGpu> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const FakeQuantGrid& grid) {
    auto [y, mask] = at::fake_quantize_per_tensor_affine_cachemask(
        lies_in_clip(grid) ? x : clipped(x, grid), grid.scale, grid.zero_point, grid.qmin, grid.qmax);
    if (std::isfinite(grid.clip_low)) mask.logical_and_(x > grid.clip_low);
    if (std::isfinite(grid.clip_high)) mask.logical_and_(x < grid.clip_high);
    context->saved_data["mask"] = mask;
    return y;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {gradients[0] * context->saved_data["mask"].toTensor(), {}};
  }
};

at::Tensor learned_activation(const at::Tensor& in_clip, const ActivationState& state) {
  const auto zero_point = at::full({1}, state.zero_point.item<int32_t>(), in_clip.options());
  return at::_fake_quantize_learnable_per_tensor_affine(
      in_clip, state.scale.clamp_min(kSmallestScale), zero_point, state.scheme.qmin(), state.scheme.qmax(),
      learned_step_factor(in_clip.numel(), state.scheme.qmax()));
}

at::Tensor rounded_activation(const at::Tensor& x, const FakeQuantGrid& grid, const ActivationState& state,
                              bool learned) {
  return learned ? learned_activation(clipped(x, grid), state) : ObservedOnGpu::apply(x, grid);
}

/// Where x / scale cannot be whole numbers: values far away are brought near the grid, so that they go to its end, and
/// NaN is added again.
at::Tensor rounded_from_afar(const at::Tensor& x, const FakeQuantGrid& grid, const ActivationState& state,
                             bool learned) {
  const auto end = [&](int64_t q) { return double(q - grid.zero_point) * grid.scale; };
  const auto near = at::hardtanh(x, end(grid.qmin - 1), end(grid.qmax + 1));
  return rounded_activation(near, grid, state, learned) + near.detach() * 0;
}

/// Sets each channel's scale to cover() of grid/qparams.h, of a symmetric scheme: dividing float32 by a small whole
/// number rounds once, as there.
void cover_channels(const at::Tensor& scale, const QuantScheme& scheme, const at::Tensor& weight,
                    int64_t axis) {
  const at::NoGradGuard no_grad;
  std::vector<int64_t> others;
  for (int64_t d = 0; d < weight.dim(); ++d)
    if (d != axis) others.push_back(d);
  auto target = scale.detach();
  at::maximum_out(target, weight.amin(others).div_(-scheme.steps_below()),
                  weight.amax(others).div_(scheme.steps_above()));
  target.masked_fill_(target <= 0, 1).clamp_min_(kSmallestScale);
}

at::Tensor rounded_weight(const at::Tensor& weight, const at::Tensor& scale, const QuantScheme& scheme,
                          int64_t axis, bool learned) {
  // In float32: LibTorch would wait for the GPU to check whole numbers.
  const auto zero_point = at::zeros_like(scale);
  if (!learned)
    return at::fake_quantize_per_channel_affine(weight, scale, zero_point, axis, scheme.qmin(),
                                                scheme.qmax());
  return at::_fake_quantize_learnable_per_channel_affine(
      weight, scale.clamp_min(kSmallestScale), zero_point, axis, scheme.qmin(), scheme.qmax(),
      learned_step_factor(weight.numel() / scale.numel(), scheme.qmax()));
}

}  // namespace

at::Tensor fake_quant_activation_on_gpu(const at::Tensor& x, const ActivationState& state, bool learned) {
  const auto grid = state.grid();
  // Also where nothing is observed: the loss must be NaN where a value is.
  const auto extent = at::GradMode::is_enabled() ? read_extent(x) : Extent{0, 0};
  state.note(clipped(extent, grid));
  if (!is_on(state.enabled)) return clipped(x, grid);
  const auto round = can_be_whole_numbers(extent, grid) ? rounded_activation : rounded_from_afar;
  return round(x, grid, state, learned);
}

at::Tensor fake_quant_weight_on_gpu(const at::Tensor& weight, const at::Tensor& scale, bool observes,
                                    bool enabled, const QuantScheme& scheme, int64_t axis, bool learned) {
  const bool is_one_row = axis < 0;
  const auto rows = is_one_row ? weight.reshape({1, -1}) : weight;
  const int64_t row_axis = is_one_row ? 0 : axis;
  if (observes) cover_channels(scale, scheme, rows, row_axis);
  if (!enabled) return weight;
  const auto y = rounded_weight(rows, scale, scheme, row_axis, learned);
  return is_one_row ? y.view_as(weight) : y;
}

}  // namespace qtool
