#include "qat/join_batch_norm.h"

#include "catch.h"
#include "graph/ir/nodes.h"
#include "graph/parsed_ir.h"
#include "qat/fake_quant_ops.h"

using namespace qtool;

namespace {

/// A batch norm and a fake-quant that reads it; `returned` comes out besides.
std::shared_ptr<torch::jit::Graph> joined(const std::string& returned) {
  register_fake_quant_operators();
  auto graph = parsed(R"(graph(%y : Tensor, %g : Tensor, %s : Tensor):
  %eps : float = prim::Constant[value=0.01]()
  %four : int = prim::Constant[value=4]()
  %no : bool = prim::Constant[value=0]()
  %low : float = prim::Constant[value=-1.]()
  %high : float = prim::Constant[value=6.]()
  %z : Tensor = qtool::batch_norm_in_fold(%y, %g, %g, %g, %g, %s, %eps)
  %q : Tensor = qtool::fake_quant_activation(%z, %g, %g, %g, %g, %s, %s, %four, %no, %no, %low, %high)
  return (%q, )" + returned +
                      ")");
  graph->outputs()[0]->setDebugName("quantized");
  join_batch_norms_with_fake_quant(*graph);
  graph->lint();
  return graph;
}

}  // namespace

TEST_CASE(
    "batch norm and the fake-quant that alone reads it become one operator, with the arguments of both") {
  const auto graph = joined("%y");
  const auto* node = graph->outputs()[0]->node();
  CHECK(short_kind(node) == "batch_norm_fake_quant");
  CHECK(node->output()->debugName() == "quantized");
  CHECK(argument(node, "y") == graph->inputs()[0]);
  CHECK(argument(node, "frozen") == graph->inputs()[2]);
  CHECK(constant_argument(node, "eps").toDouble() == 0.01);
  CHECK(constant_argument(node, "bits").toInt() == 4);
  CHECK(constant_argument(node, "clip_low").toDouble() == -1);
  CHECK(constant_argument(node, "clip_high").toDouble() == 6);
}

TEST_CASE("a batch norm that something else reads as well stays") {
  const auto graph = joined("%z");
  CHECK(short_kind(graph->outputs()[0]->node()) == "fake_quant_activation");
  CHECK(short_kind(graph->outputs()[1]->node()) == "batch_norm_in_fold");
}
