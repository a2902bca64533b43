#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Makes equal constants one, which stands where all its readers can see it. As LibTorch's ConstantPooling, but without
/// its alias analysis, which in LibTorch 1.13 takes memory without end on the nested modules of a ResNet. Constant
/// tensors are left apart, since an operator may write to one.
void pool_constants(torch::jit::Graph& graph);

}  // namespace qtool
