#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace torch::jit {
struct Module;
struct Node;
}  // namespace torch::jit

namespace qtool {

/// What batch norm in eval mode does to each channel: y = (x - mean) / sqrt(var + eps) * gamma + beta.
struct BatchNorm {
  at::Tensor gamma, beta;  ///< float [C]; undefined: ones and zeros
  at::Tensor mean, var;    ///< float [C]
  double eps = 1e-5;
};

/// weight [..., C or C / groups, ...] times factor [C] along `channel_axis`; `groups` counts where a transposed
/// convolution's weight is [C_in, C / groups, ...] (channel_axis 1), and is 1 elsewhere.
[[nodiscard]] at::Tensor times_channels(const at::Tensor& weight, const at::Tensor& factor,
                                        int64_t channel_axis, int64_t groups);

struct WeightAndBias {
  at::Tensor weight, bias;
};

/// The layer that does what layer and batch norm did: weight' = weight * gamma / sqrt(var + eps) along
/// `channel_axis` (weight float [..., C or C / groups, ...]), bias' = (bias - mean) * gamma / sqrt(var + eps)
/// + beta. Computed in float64, rounded once. `bias` may be undefined. Source: Krishnamoorthi, arXiv:1806.08342,
/// section 3.2.
[[nodiscard]] WeightAndBias fold(const at::Tensor& weight, const at::Tensor& bias, const BatchNorm& norm,
                                 int64_t channel_axis, int64_t groups);

/// A batch norm in eval mode that reads the only use of a layer's output, all of whose tensors are attributes.
struct FoldableBatchNorm {
  torch::jit::Node* layer;
  torch::jit::Node* norm;
  int64_t channel_axis;  ///< of the layer's weight
  int64_t
      groups;  ///< that the channels of a transposed convolution's weight are counted in, see times_channels()
};
[[nodiscard]] std::vector<FoldableBatchNorm> foldable_batch_norms(torch::jit::Module& module);

/// Folds each batch norm that reads the only use of a convolution's or linear layer's output. In place.
///
///   %c = aten::conv2d(%x, %w, %b, ...)
///   %y = aten::batch_norm(%c, ...)      ->  %y = aten::conv2d(%x, %w', %b', ...)
void fold_batch_norm(torch::jit::Module& module);

}  // namespace qtool
