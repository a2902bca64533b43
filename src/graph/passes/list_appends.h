#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Gives each reader of a list that grows a list of its own, so that nothing is changed in place, and a plan can follow
/// the values:
///
///   %l = prim::ListConstruct(%a)
///   %y = aten::cat(%l, %dim)               ->  %y = aten::cat([%a], %dim)
///   %_ = aten::append(%l, %b)
///   %z = aten::cat(%l, %dim)               ->  %z = aten::cat([%a, %b], %dim)
///
/// A list that is read inside an if or a loop, kept, returned, or changed in another way stays as it is.
void write_out_appends(torch::jit::Graph& graph);

}  // namespace qtool
