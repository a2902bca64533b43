#pragma once
#include <ATen/core/Tensor.h>

namespace qtool {

/// Mean cross entropy of logits float [N, C] against labels int64 [N], a scalar. The target distribution is
/// (1 - label_smoothing) on the label plus label_smoothing / C on every class.
/// Source of the smoothing: Szegedy et al., "Rethinking the Inception Architecture", arXiv:1512.00567.
[[nodiscard]] at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels,
                                       double label_smoothing);

}  // namespace qtool
