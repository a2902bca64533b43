#include "graph/passes/freeze.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// Puts a constant in the place of each attribute that can be one.
void make_constants(jit::Graph& graph, const jit::Module& module) {
  for (jit::Node* node : all_nodes_of(graph.block())) {
    if (node->kind() != c10::prim::GetAttr) continue;
    const auto path = attribute_path(node->output());
    const auto value = path ? find_attribute(module, *path) : std::nullopt;
    if (!value || value->isObject()) continue;
    const jit::WithInsertPoint here(node);
    // What requires a gradient can't be a constant.
    const auto constant =
        jit::tryInsertConstant(graph, value->isTensor() ? c10::IValue(value->toTensor().detach()) : *value);
    if (constant) node->output()->replaceAllUsesWith(*constant);
  }
}

}  // namespace

Model frozen_for_speed(const Model& canonical) {
  auto graph = canonical.module().get_method("forward").graph()->copy();
  make_constants(*graph, canonical.module());
  jit::OptimizeFrozenGraph(graph);
  return Model(rebuild(canonical.module(), graph, "Frozen")).made_of(canonical);
}

}  // namespace qtool
