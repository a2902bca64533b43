#pragma once
/// Fake-quant of activations in training: qtool::fake_quant_activation of qat/fake_quant_ops.h.
#include <ATen/core/Tensor.h>

#include <vector>

#include "grid/scheme.h"
#include "qat/fake_quant_kernels.h"

namespace qtool {

/// Share of a batch's range in the average, as in PyTorch's MovingAverageMinMaxObserver.
inline constexpr double kRangeMomentum = 0.01;

/// The state of one site, and what of it changes in a forward pass.
struct ActivationState {
  at::Tensor low, high, scale, zero_point, enabled;
  QuantScheme scheme;
  bool observes;
  double clip_low, clip_high;

  [[nodiscard]] FakeQuantGrid grid() const;
  /// While observing: moves the range towards that of a batch, and the grid of the next step with it.
  void note(const Extent& batch) const;
  void follow_range() const;  ///< the grid covers the range from now on
};

/// A grid as numbers that an autograd node can keep, and back.
[[nodiscard]] std::vector<double> numbers_of(const FakeQuantGrid& grid);
[[nodiscard]] FakeQuantGrid grid_of(const std::vector<double>& numbers);

/// LSQ's gradient of a step that `values` have, float32 [1]; `sum` as learned_step_gradient() gives it.
[[nodiscard]] at::Tensor step_gradient_tensor(double sum, int64_t values, int64_t qmax);

at::Tensor fake_quant_activation(const at::Tensor& x, const at::Tensor& low, const at::Tensor& high,
                                 const at::Tensor& scale, const at::Tensor& zero_point,
                                 const at::Tensor& observe, const at::Tensor& enabled, int64_t bits,
                                 bool symmetric, bool learned, double clip_low, double clip_high);

}  // namespace qtool
