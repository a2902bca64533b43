#include "graph/random_operators.h"

#include <torch/csrc/jit/api/module.h>

#include "graph/ir/nodes.h"

namespace qtool {

std::vector<std::string> random_operators(const Model& canonical) {
  std::vector<std::string> names;
  const auto graph = canonical.module().get_method("forward").graph();
  for (const auto* node : all_nodes_of(graph->block()))
    if (node->isNondeterministic() && !node->outputs().empty()) names.push_back(node->output(0)->debugName());
  return names;
}

}  // namespace qtool
