#include "graph/ir/call_stack.h"

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/ir/ir.h>

#include <tuple>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

jit::Function* lasting_function() {
  static jit::CompilationUnit unit;
  static jit::Function* const function =
      unit.create_function(c10::QualifiedName("inlined"), std::make_shared<jit::Graph>());
  return function;
}

/// The same calls, from the innermost one outwards, as made by the lasting function.
jit::InlinedCallStackPtr lasting(jit::InlinedCallStack& stack) {
  const auto calls = stack.vec();
  jit::InlinedCallStackPtr result;
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
    const auto& range = std::get<1>(*call);
    const auto& instance = std::get<2>(*call);
    result = result ? c10::make_intrusive<jit::InlinedCallStack>(result, lasting_function(), range, instance)
                    : c10::make_intrusive<jit::InlinedCallStack>(lasting_function(), range, instance);
  }
  return result;
}

}  // namespace

void outlive_callers(jit::Graph& graph) {
  for (auto* node : all_nodes_of(graph.block()))
    if (const auto stack = node->callstack()) node->setCallStack(lasting(**stack));
}

}  // namespace qtool
