#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace qtool {

/// Samples stacked along their first axis.
struct Batch {
  std::vector<at::Tensor> inputs;  ///< one for each model input, [N, ...]; images are float32 [N, C, H, W]
  /// What the answers are held against, each [N, ...]; empty where the data has none. Whole numbers are int64, others
  /// float32. Of class labels one int64 [N].
  std::vector<at::Tensor> targets;
  [[nodiscard]] int64_t size() const { return inputs.empty() ? 0 : inputs[0].size(0); }
};

}  // namespace qtool
