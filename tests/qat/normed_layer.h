#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// A layer with batch norm and ReLU behind it, called `y`.
struct NormedLayer {
  std::string name = {};
  std::string call = {};  ///< of `x`, `self.weight` and, where it has one, `self.bias`
  std::vector<int64_t> weight = {};
  int64_t channels = 0;
  std::vector<int64_t> input = {};
  int64_t axis = 0, groups = 1;  ///< of the channels in the weight, see graph/passes/fold_batch_norm.h
  bool is_affine = true;         ///< batch norm has gamma and beta
};

/// Of all kinds that fold.
[[nodiscard]] const std::vector<NormedLayer>& normed_layers();

/// Seeded noise, in eval mode; gammas have both signs.
[[nodiscard]] Model build(const NormedLayer& layer);

}  // namespace qtool
