#include "graph/ir/forks.h"

#include <torch/csrc/jit/passes/inline_fork_wait.h>

#include <algorithm>

#include "base/error.h"
#include "graph/ir/nodes.h"

namespace qtool {

namespace jit = torch::jit;

bool has_forks(jit::Graph& graph) {
  const auto nodes = all_nodes_of(graph.block());
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const jit::Node* node) { return node->kind() == c10::prim::fork; });
}

void inline_forks(const std::shared_ptr<jit::Graph>& graph) {
  for (const auto* node : all_nodes_of(graph->block())) {
    if (node->kind() != c10::aten::wait || node->input()->node()->kind() == c10::prim::fork) continue;
    throw Error(ErrorKind::kUnquantizable,
                {.what = "torch.jit.wait() of something else than one torch.jit.fork()",
                 .where = source_of(node),
                 .got = "a future from " + std::string(node->input()->node()->kind().toDisplayString()),
                 .expected = "wait(future) where future = fork(...), in one function",
                 .fix = "call the function without fork(): qtool takes forks apart in any case"});
  }
  jit::InlineForkWait(graph);
}

}  // namespace qtool
