#include "graph/ir/recurrent_on_gpu.h"

#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

void replace(jit::Node* node, const char* name, const c10::IValue& value) {
  const auto place = node->schema().argumentIndexWithName(name).value();
  node->replaceInput(static_cast<size_t>(place), constant_before(node, value));
}

}  // namespace

void make_recurrent_trainable_on_gpu(jit::Graph& graph) {
  for (auto* node : all_nodes_of(graph.block())) {
    if (!is_recurrent(node)) continue;
    const auto trains = constant_argument(node, "train");
    if (!trains.isBool() || trains.toBool()) continue;
    replace(node, "train", true);
    replace(node, "dropout", 0.0);
  }
}

}  // namespace qtool
