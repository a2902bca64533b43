#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <memory>

namespace qtool {

/// Turns `y = relu_(x)` into `y = relu(x)` where x shares its memory with other values (a view, an input of
/// forward()) but none of these is read afterwards: nobody could tell the difference. LibTorch's
/// RemoveTensorMutation turns only those whose x shares its memory with nothing.
void remove_unseen_writes(const std::shared_ptr<torch::jit::Graph>& graph);

/// Every tensor whose memory an operator changes in place, and every list that one appends to, say, with (one of) the
/// operators that do so. Such a value differs before and after, so that no grid and no copy can stand for it.
[[nodiscard]] std::map<const torch::jit::Value*, const torch::jit::Node*> changed_in_place(
    const std::shared_ptr<torch::jit::Graph>& graph);

/// Whether forward(), its calls inlined, may change the memory of what it is given. Errs on the side of yes: where
/// AliasDb cannot tell an input from an attribute or from an element of a list, where a call could not be inlined,
/// where the code forks. Changes `graph`, so give it a copy.
[[nodiscard]] bool may_write_into_inputs(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace qtool
