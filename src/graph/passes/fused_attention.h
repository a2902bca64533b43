#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Takes the way through nn.MultiheadAttention and nn.TransformerEncoder that leads to LibTorch's fused operators,
/// where nothing but the time of a run, or the shape of a sample, would decide it: gradients are off, the device is a
/// known one, and queries come in batches. What the module or the call rules out stays so.
void assume_fast_paths(torch::jit::Graph& graph);

/// An attention of LibTorch's as linear layers around scaled_dot_product_attention, where all three inputs are one and
/// there is no mask. Needs LibTorch 2.
void attention_by_layers(torch::jit::Node* attention);
/// Likewise, an encoder layer.
void encoder_by_layers(torch::jit::Node* encoder);

}  // namespace qtool
