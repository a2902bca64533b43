#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace qtool {

/// Anywhere in a graph whose calls are inlined.
[[nodiscard]] bool has_forks(torch::jit::Graph& graph);

/// Puts what torch.jit.fork() runs in the place of the call, where passes over the graph see it; torch.jit.wait() goes.
/// Throws Error(kUnquantizable) where it waits for what a list or another container holds.
void inline_forks(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace qtool
