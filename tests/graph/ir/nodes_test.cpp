#include "graph/ir/nodes.h"

#include "catch.h"
#include "graph/graphs.h"
#include "graph/parsed_ir.h"

using namespace qtool;
namespace jit = torch::jit;

namespace {

constexpr const char* kConv = R"(graph(%x : Tensor, %w : Tensor):
  %none : None = prim::Constant()
  %one : int = prim::Constant[value=1]()
  %pair : int[] = prim::Constant[value=[1, 1]]()
  %y : Tensor = aten::conv2d(%x, %w, %none, %pair, %pair, %pair, %one)
  return (%y))";

jit::Node* last_of(jit::Graph& graph) { return graph.outputs()[0]->node(); }

}  // namespace

TEST_CASE("arguments are found by the names of the schema, constants by their values") {
  const auto graph = parsed(kConv);
  const auto* conv = last_of(*graph);
  CHECK(argument(conv, "weight") == graph->inputs()[1]);
  CHECK(argument(conv, "alpha") == nullptr);
  CHECK(constant_argument(conv, "groups").toInt() == 1);
  CHECK(constant_argument(conv, "stride").toIntVector() == std::vector<int64_t>{1, 1});
  CHECK(constant_argument(conv, "bias").isNone());
  CHECK(constant_argument(conv, "input").isNone());
  CHECK(short_kind(conv) == "conv2d");
  CHECK(is_tensor(conv->output()));
  CHECK_FALSE(is_tensor(argument(conv, "groups")));
}

TEST_CASE("an argument is set alone, where another one reads the same value") {
  const auto graph = parsed(kConv);
  auto* conv = last_of(*graph);
  set_argument(conv, "padding", constant_before(conv, std::vector<int64_t>{0, 2}));
  CHECK(constant_argument(conv, "padding").toIntVector() == std::vector<int64_t>{0, 2});
  CHECK(constant_argument(conv, "stride").toIntVector() == std::vector<int64_t>{1, 1});
}

TEST_CASE("nodes of inner blocks are listed depth first, those of the top alone") {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n  if bool(x.sum() > 0):\n    x = torch.relu(x)\n  return torch.neg(x)");
  const auto model = inlined(net.build());
  const auto kinds = [](const std::vector<jit::Node*>& nodes) {
    std::string text;
    for (const auto* node : nodes)
      if (node->kind() != c10::prim::Constant) text += short_kind(node) + " ";
    return text;
  };
  auto* block = model.module().get_method("forward").graph()->block();
  CHECK(kinds(nodes_of(block)) == "sum gt Bool If neg ");
  CHECK(kinds(all_nodes_of(block)) == "sum gt Bool If relu neg ");
}

TEST_CASE("an operator is named by its first tensor, of several without their number") {
  const auto graph = parsed(R"(graph(%x : Tensor):
  %a : Tensor = aten::neg(%x)
  %n : int, %t : Tensor = aten::two(%a)
  %none : None = prim::Constant()
  return (%t))");
  graph->inputs()[0]->uses()[0].user->output()->setDebugName("a.b");
  last_of(*graph)->output(1)->setDebugName("n.1");
  CHECK(operator_name(graph->inputs()[0]->uses()[0].user) == "a.b");
  CHECK(first_tensor(last_of(*graph))->debugName() == "n.1");
  CHECK(operator_name(last_of(*graph)) == "n");
  CHECK(first_tensor(*std::prev(graph->nodes().end())) == nullptr);
}

TEST_CASE("a node takes another one's place, name and readers") {
  const auto graph = parsed(
      "graph(%x : Tensor):\n  %act : Tensor = aten::relu(%x)\n"
      "  %y : Tensor = aten::neg(%act)\n  return (%y)");
  auto* relu = graph->inputs()[0]->uses()[0].user;
  relu->output()->setDebugName("act");
  replace(relu, "aten::tanh", {insert_before(relu, "aten::abs", {graph->inputs()[0]})});
  graph->lint();
  const auto* tanh = last_of(*graph)->input()->node();
  CHECK(short_kind(tanh) == "tanh");
  CHECK(tanh->output()->debugNameBase() == "act");
  CHECK(short_kind(tanh->input()->node()) == "abs");
}

TEST_CASE("one number of a list stands for all axes") {
  CHECK(for_each_axis({3}, 2) == std::vector<int64_t>{3, 3});
  CHECK(for_each_axis({1, 2}, 2) == std::vector<int64_t>{1, 2});
}
