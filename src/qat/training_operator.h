#pragma once
/// What the operators of training share.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>

#include <cmath>

namespace qtool {

/// Value of a switch, int64 [1].
inline bool is_on(const at::Tensor& flag) { return *flag.data_ptr<int64_t>() != 0; }

inline bool wants_gradient(const at::Tensor& tensor) {
  return at::GradMode::is_enabled() && tensor.requires_grad();
}

/// Without gaps in memory, in any order of dimensions.
inline at::Tensor dense(const at::Tensor& x) { return x.is_non_overlapping_and_dense() ? x : x.contiguous(); }

/// What LSQ multiplies the gradient of a learned step by (Esser et al., arXiv:1902.08153, section 2.2): `values` have
/// the step.
inline double learned_step_factor(int64_t values, int64_t qmax) {
  return 1 / std::sqrt(double(values) * double(qmax));
}

/// In the order in memory that `like` has, so that loops may run over both as they lie there.
inline at::Tensor laid_out_as(const at::Tensor& tensor, const at::Tensor& like) {
  if (tensor.strides() == like.strides()) return tensor;
  return at::empty_like(like, tensor.options()).copy_(tensor);
}

}  // namespace qtool
