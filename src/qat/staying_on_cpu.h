#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "graph/model.h"

namespace qtool {

/// The tensors of a training model that stay on the CPU wherever the model is, as our operators
/// (qat/fake_quant_ops.h) compute with them there: switches, ranges and grids of activations but for learned
/// scales, statistics of batch norm. Each takes many small steps, which would cost a GPU more than one copy.
[[nodiscard]] std::vector<at::Tensor> staying_on_cpu(const Model& training_model);

}  // namespace qtool
