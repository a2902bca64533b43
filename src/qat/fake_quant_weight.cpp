#include "qat/fake_quant_weight.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>
#include <vector>

#include "grid/qparams.h"
#include "qat/fake_quant_kernels.h"
#include "qat/fake_quant_on_gpu.h"
#include "qat/training_operator.h"

namespace qtool {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

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
    const double factor = learned_step_factor(length, scheme.qmax());
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
    const auto extent = extent_of(rows.values.data_ptr<float>() + row * rows.length, rows.length);
    scale.data_ptr<float>()[row] = static_cast<float>(cover(scheme, extent.low, extent.high).scale);
  }
}

}  // namespace

at::Tensor fake_quant_weight(const at::Tensor& weight, const at::Tensor& scale, const at::Tensor& observe,
                             const at::Tensor& enabled, int64_t bits, int64_t axis, bool learned) {
  const auto scheme = QuantScheme::weight(bits, Granularity::kPerChannel, 0);
  const bool observes = !learned && is_on(observe);
  if (!weight.is_cpu())
    return fake_quant_weight_on_gpu(weight, scale, observes, is_on(enabled), scheme, axis, learned);
  if (observes) observe_weight(weight, scale, scheme, axis);
  if (!is_on(enabled)) return weight;
  return Weight::apply(weight, scale, scheme, axis);
}

}  // namespace qtool
