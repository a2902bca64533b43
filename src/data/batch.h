#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace qtool {

/// Samples stacked along their first axis.
struct Batch {
  std::vector<at::Tensor> inputs;  ///< one for each model input, [N, ...]; images are float32 [N, C, H, W]
  at::Tensor labels;               ///< int64 [N]; undefined where the data has none
  [[nodiscard]] int64_t size() const { return inputs.empty() ? 0 : inputs[0].size(0); }
};

}  // namespace qtool
