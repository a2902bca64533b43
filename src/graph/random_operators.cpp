#include "graph/random_operators.h"

#include <torch/csrc/jit/api/module.h>

#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"

namespace qtool {

namespace {

/// One that drops out nothing, as outside of training.
bool is_settled(const torch::jit::Node* node) {
  const auto dropped = constant_argument(node, "dropout_p");
  if (dropped.isDouble()) return dropped.toDouble() == 0;
  if (!is_recurrent(node)) return false;
  const auto trains = constant_argument(node, "train");
  return trains.isBool() && !trains.toBool();
}

}  // namespace

std::vector<std::string> random_operators(const Model& canonical) {
  std::vector<std::string> names;
  const auto graph = canonical.module().get_method("forward").graph();
  for (const auto* node : all_nodes_of(graph->block()))
    if (node->isNondeterministic() && !is_settled(node) && !node->outputs().empty())
      names.push_back(node->output(0)->debugName());
  return names;
}

}  // namespace qtool
