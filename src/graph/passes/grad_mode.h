#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Takes `with torch.no_grad():` and the like off the code inside. They decide what autograd and the profiler see, not
/// what is computed, and their objects look like state that forward() changes.
///
///   %g : no_grad = prim::CreateObject(); prim::SetAttr[name="prev"](%g, %b); prim::Enter(%g); ...; prim::Exit(%g)
///   ->  ...
void drop_grad_modes(torch::jit::Graph& graph);

}  // namespace qtool
