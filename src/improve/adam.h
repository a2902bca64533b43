#pragma once
#include <ATen/core/Tensor.h>

namespace qtool {

/// What Adam remembers of one tensor. Source: Kingma, Ba, "Adam: A Method for Stochastic Optimization",
/// arXiv:1412.6980.
class Adam {
 public:
  /// Moves `values` against `gradient`, in place.
  void step(const at::Tensor& values, const at::Tensor& gradient, double rate);

 private:
  at::Tensor mean_, square_;
  int64_t steps_ = 0;
};

}  // namespace qtool
