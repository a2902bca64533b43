#include "graph/ir/forks.h"

#include "catch.h"
#include "graph/ir/nodes.h"
#include "graph/parsed_ir.h"

using namespace qtool;
namespace jit = torch::jit;

namespace {

/// x.neg(), and wait(fork(relu, x)), or of a future from elsewhere.
std::shared_ptr<jit::Graph> waiting(bool for_fork) {
  auto graph = parsed("graph(%x : Tensor):\n  %y : Tensor = aten::neg(%x)\n  return (%y)");
  auto* fork = graph->create(for_fork ? c10::prim::fork : c10::prim::ListUnpack, {graph->inputs()[0]});
  fork->g_(c10::attr::Subgraph, parsed("graph(%a : Tensor):\n  %b : Tensor = aten::relu(%a)\n  return (%b)"));
  fork->output()->setType(c10::FutureType::create(c10::TensorType::get()));
  graph->insertNode(fork);
  auto* wait = graph->insertNode(graph->create(c10::aten::wait, {fork->output()}));
  wait->output()->setType(c10::TensorType::get());
  graph->registerOutput(wait->output());
  return graph;
}

}  // namespace

TEST_CASE("what a fork runs stands in its place") {
  const auto graph = waiting(true);
  CHECK(has_forks(*graph));
  inline_forks(graph);
  CHECK_FALSE(has_forks(*graph));
  CHECK(short_kind(graph->outputs()[1]->node()) == "relu");
  CHECK(graph->outputs()[1]->node()->input() == graph->inputs()[0]);
}

TEST_CASE("a future that is not of a fork is refused") {
  const auto graph = waiting(false);
  CHECK_FALSE(has_forks(*graph));
  CHECK_THROWS_WITH(inline_forks(graph), contains("a future from prim::ListUnpack") &&
                                             contains("wait(future) where future = fork(...)"));
}
