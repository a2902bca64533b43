#pragma once
/// Batch norm inside the fold, in training: the operators of qat/fake_quant_ops.h.
#include <ATen/core/Tensor.h>

namespace qtool {

at::Tensor batch_norm_factor(const at::Tensor& gamma, const at::Tensor& var, double eps);

at::Tensor batch_norm_in_fold(const at::Tensor& y, const at::Tensor& gamma, const at::Tensor& beta,
                              const at::Tensor& mean, const at::Tensor& var, const at::Tensor& frozen,
                              double eps);

at::Tensor batch_norm_fake_quant(const at::Tensor& y, const at::Tensor& gamma, const at::Tensor& beta,
                                 const at::Tensor& mean, const at::Tensor& var, const at::Tensor& frozen,
                                 double eps, const at::Tensor& low, const at::Tensor& high,
                                 const at::Tensor& scale, const at::Tensor& zero_point,
                                 const at::Tensor& observe, const at::Tensor& enabled, int64_t bits,
                                 bool symmetric, bool learned, double clip_low, double clip_high);

}  // namespace qtool
