#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// cuDNN computes gradients of lstm(), gru() and rnn() in their training mode only, where they drop something out.
/// Turns that mode on wherever the graph says that it is off, with nothing to drop out: the outputs stay the same.
void make_recurrent_trainable_on_gpu(torch::jit::Graph& graph);

}  // namespace qtool
