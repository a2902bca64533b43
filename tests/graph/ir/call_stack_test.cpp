#include "graph/ir/call_stack.h"

#include <torch/csrc/jit/passes/inliner.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/ir/nodes.h"

using namespace qtool;
namespace jit = torch::jit;

TEST_CASE("calls of an inlined graph name a function that outlives its module, and the same instances") {
  std::shared_ptr<jit::Graph> graph;
  {
    ModuleBuilder middle("Middle"), net("Net");
    middle.child("inner", leaf("Inner", "torch.relu(x)"));
    middle.define("def forward(self, x):\n  return self.inner.forward(x)");
    net.child("middle", middle).define("def forward(self, x):\n  return torch.neg(self.middle.forward(x))");
    const auto model = net.build();
    graph = model.module().get_method("forward").graph()->copy();
    jit::Inline(*graph);
    outlive_callers(*graph);
  }
  std::string calls;
  for (const auto* node : nodes_of(graph->block())) {
    if (node->kind() == c10::prim::GetAttr) continue;
    calls += short_kind(node) + ":";
    if (const auto stack = node->callstack())
      for (const auto& call : (*stack)->vec()) {
        CHECK(std::get<0>(call)->name() == "inlined");
        calls += " " + std::get<2>(call)->instance_name();
      }
    calls += "\n";
  }
  CHECK(calls == "relu: middle inner\nneg:\n");
}
