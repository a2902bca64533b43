#include "graph/passes/grad_mode.h"

#include <algorithm>
#include <vector>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// `__torch__.torch.autograd.grad_mode.no_grad`, `__torch__.torch.autograd.profiler.record_function`, ...
bool is_of_autograd(const c10::TypePtr& type) {
  const auto object = type->cast<c10::ClassType>();
  return object && object->name() && object->name()->qualifiedName().starts_with("__torch__.torch.autograd.");
}

bool only_goes_along(const jit::Use& use) {
  const auto kind = use.user->kind();
  const bool is_here = kind == c10::prim::SetAttr || kind == c10::prim::Enter || kind == c10::prim::Exit;
  return is_here && use.offset == 0 &&
         std::all_of(use.user->outputs().begin(), use.user->outputs().end(),
                     [](const jit::Value* output) { return output->uses().empty(); });
}

}  // namespace

void drop_grad_modes(jit::Graph& graph) {
  auto objects = all_nodes_of(graph.block());
  std::erase_if(objects, [](const jit::Node* node) {
    return node->kind() != c10::prim::CreateObject || !is_of_autograd(node->output()->type());
  });
  for (auto* object : objects) {
    const auto uses = object->output()->uses();
    if (!std::all_of(uses.begin(), uses.end(), only_goes_along)) continue;
    for (const auto& use : uses) use.user->destroy();
    object->destroy();
  }
}

}  // namespace qtool
