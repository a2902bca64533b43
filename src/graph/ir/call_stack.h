#pragma once

namespace torch::jit {
struct Graph;
}

namespace qtool {

/// Makes an inlined graph independent of the modules that it was inlined from. Each node keeps the calls that
/// led to it, with bare pointers to their functions; LibTorch follows them when an operator fails, which may be
/// long after the functions went with their module. Afterwards all calls name one function that never goes.
/// Module instances, which site names come from, and places in the source stay.
void outlive_callers(torch::jit::Graph& graph);

}  // namespace qtool
