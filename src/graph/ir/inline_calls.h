#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Puts the bodies of what the graph calls in their places. LibTorch's Inline() does so, too, but tells of a module in
/// a list its number alone (`0` of `self.blocks.0`), and of two lists cannot say which it was. After this function
/// call stacks of nodes, and with them place_of(), have the whole path from the caller on.
void inline_calls(torch::jit::Graph& graph);

}  // namespace qtool
