#include "graph/ir/pool_constants.h"

#include <torch/csrc/jit/ir/node_hashing.h>

#include <unordered_set>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

using Constants = std::unordered_set<jit::Node*, jit::HashNode, jit::EqualNode>;

/// `seen`: the constants of the blocks around this one. Copied, as what an inner block has is not seen outside.
void pool(jit::Block* block, Constants seen) {
  for (auto* node : nodes_of(block)) {
    for (auto* inner : node->blocks()) pool(inner, seen);
    if (node->kind() != c10::prim::Constant || is_tensor(node->output())) continue;
    const auto [first, is_new] = seen.insert(node);
    if (is_new) continue;
    node->output()->replaceAllUsesWith((*first)->output());
    node->destroy();
  }
}

}  // namespace

void pool_constants(jit::Graph& graph) { pool(graph.block(), {}); }

}  // namespace qtool
