#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Makes dim() a constant where the operators before tell it: what conv2d returns has four dimensions, and relu keeps
/// them. F.interpolate, say, asks for it to choose its operator. True where anything changed. A convolution's or
/// pooling's input is taken to be a batch, as qtool's data always is.
bool resolve_ranks(torch::jit::Graph& graph);

}  // namespace qtool
