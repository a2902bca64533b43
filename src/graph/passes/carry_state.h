#pragma once
#include <torch/csrc/jit/api/module.h>

namespace qtool {

/// Brings state that forward() keeps in attributes into one form: read once, at the beginning, and written once, at the
/// end. What lies between flows as any other value, through ifs and loops, too:
///
///   %h = prim::GetAttr[name="h"](%self)
///   ...
///    = prim::SetAttr[name="h"](%self, %new_h)
///   return (...)
///
/// `module` is frozen: forward() has no calls. Throws Error(kUnquantizable) for a write in another kind of block.
void carry_state(torch::jit::Module& module);

/// Puts a node behind each of these reads that gives what it gets, so that nobody takes state for a weight
/// (attribute_path(), state_path()). No pass that looks for needless casts may come after it.
void mark_state(torch::jit::Module& module);

}  // namespace qtool
