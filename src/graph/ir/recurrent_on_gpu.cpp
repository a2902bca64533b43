#include "graph/ir/recurrent_on_gpu.h"

#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"

namespace qtool {

namespace jit = torch::jit;

void make_recurrent_trainable_on_gpu(jit::Graph& graph) {
  for (auto* node : all_nodes_of(graph.block())) {
    if (!is_recurrent(node)) continue;
    const auto trains = constant_argument(node, "train");
    if (!trains.isBool() || trains.toBool()) continue;
    set_argument(node, "train", constant_before(node, true));
    set_argument(node, "dropout", constant_before(node, 0.0));
  }
}

}  // namespace qtool
