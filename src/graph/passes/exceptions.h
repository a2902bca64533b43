#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Takes each assertion for granted: of an if that raises on one side, the other is what runs.
///
///   %c = aten::ne(%rank, %four); prim::If(%c) block0: prim::RaiseException(...) block1: -> ()
///   ->  prim::If(%false) ...
///
/// and the same constant for %c in what comes after. As LibTorch's EliminateExceptions, which takes time quadratic in
/// the number of assertions once their conditions are one constant.
void assume_nothing_raises(torch::jit::Graph& graph);

}  // namespace qtool
