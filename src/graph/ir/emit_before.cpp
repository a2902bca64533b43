#include "graph/ir/emit_before.h"

#include <vector>

namespace qtool {

namespace jit = torch::jit;

EmitBefore::EmitBefore(jit::Node* node) : node_(node), graph_(*node->owningGraph()), here_(node) {}

jit::Value* EmitBefore::insert(const char* kind, std::initializer_list<jit::NamedValue> inputs) {
  auto* value =
      graph_.insert(c10::Symbol::fromQualString(kind), std::vector(inputs), {}, node_->sourceRange());
  value->node()->copyMetadata(node_);
  return value;
}

}  // namespace qtool
