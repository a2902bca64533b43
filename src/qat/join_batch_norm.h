#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Makes batch norm in the fold and the fake-quant that alone reads it one operator:
///
///   %z = qtool::batch_norm_in_fold(%y, ...); %q = qtool::fake_quant_activation(%z, ...)
///   ->  %q = qtool::batch_norm_fake_quant(%y, ...)
void join_batch_norms_with_fake_quant(torch::jit::Graph& graph);

}  // namespace qtool
