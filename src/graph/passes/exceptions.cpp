#include "graph/passes/exceptions.h"

#include <algorithm>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

bool raises(const jit::Block* block) {
  return std::any_of(block->nodes().begin(), block->nodes().end(),
                     [](const jit::Node* node) { return node->kind() == c10::prim::RaiseException; });
}

void assume(jit::Node* branch, bool condition) {
  auto* decided = branch->input(0);
  auto* constant = constant_before(branch, condition);
  branch->replaceInput(0, constant);
  const bool is_computed_beside = decided->node()->kind() != c10::prim::Constant &&
                                  decided->node()->owningBlock() == branch->owningBlock();
  if (is_computed_beside) decided->replaceAllUsesAfterNodeWith(branch, constant);
}

}  // namespace

void assume_nothing_raises(jit::Graph& graph) {
  for (auto* node : all_nodes_of(graph.block())) {
    if (node->kind() != c10::prim::If) continue;
    if (raises(node->blocks()[0]))
      assume(node, false);
    else if (raises(node->blocks()[1]))
      assume(node, true);
  }
}

}  // namespace qtool
