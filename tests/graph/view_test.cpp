#include "graph/view.h"

#include "catch.h"
#include "graph/passes/canonicalise.h"
#include "graphs.h"

using namespace qtool;

namespace {

using Strings = std::vector<std::string>;

const OperatorView& find(const GraphView& graph, const std::string& name) {
  for (const auto& op : graph.operators)
    if (op.name == name) return op;
  FAIL("no operator " << name);
  return graph.operators.front();
}

}  // namespace

TEST_CASE("a view shows operators in order with what flows in and what is fixed") {
  ModuleBuilder net("Net");
  net.child("conv", layer("Conv2d", numbers({2, 2, 3, 3}), kScriptedConv)).parameter("scale", numbers({1}));
  net.define(
      "def forward(self, x, y):\n"
      "  a = torch.relu(self.conv.forward(x))\n"
      "  b = torch.cat([a, y * self.scale], 1)\n"
      "  return torch.add(b, b, alpha=2)");
  const auto graph = view(canonicalise(net.build()));
  Strings order;
  for (const auto& op : graph.operators) order.push_back(op.name);
  CHECK(order == Strings{"conv", "relu", "mul", "cat", "add"});
  REQUIRE(graph.inputs.size() == 2);
  CHECK(graph.outputs == Strings{"add"});

  const auto& conv = find(graph, "conv");
  CHECK(conv.kind == "aten::conv2d");
  CHECK(conv.inputs == Strings{graph.inputs[0]});
  CHECK(conv.fixed_inputs == Strings{"conv.weight", "conv.bias"});
  CHECK(conv.weight_path == "conv.weight");
  CHECK(conv.weight.equal(numbers({2, 2, 3, 3})));
  CHECK(conv.numbers.at("groups") == 1);
  CHECK_FALSE(conv.in_control_flow);
  CHECK_FALSE(find(graph, "relu").weight.defined());

  CHECK(find(graph, "mul").fixed_inputs == Strings{"scale"});
  CHECK(find(graph, "cat").inputs == Strings{"relu", "mul"});
  CHECK(find(graph, "cat").numbers.at("dim") == 1);
  CHECK(find(graph, "add").inputs == Strings{"cat", "cat"});
  CHECK(find(graph, "add").numbers.at("alpha") == 2);
  CHECK(graph.uses.at("conv") == 1);
  CHECK(graph.uses.at("cat") == 2);
  CHECK(graph.uses.at("add") == 1);  // by the output
}

TEST_CASE("an operator that reads a list which grows in between is not what the list was at first") {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x):\n"
      "  parts = [torch.relu(x)]\n"
      "  if bool(x.sum() > 0):\n    parts.append(torch.tanh(x))\n"
      "  return torch.cat(parts, 1)");
  const auto graph = view(canonicalise(net.build()));
  CHECK_THAT(find(graph, "cat").changed_by, contains("aten::append"));
}

TEST_CASE("an operator that makes several tensors is one row, with the module's name") {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x):\n"
      "  a, b = torch.max(x, 1)\n"
      "  return torch.relu(a)");
  const auto graph = view(canonicalise(net.build()));
  REQUIRE(graph.operators.size() == 2);
  CHECK(graph.operators[0].name == "max");
  CHECK(graph.operators[0].kind == "aten::max");
  CHECK(graph.operators[1].inputs == Strings{"max.0"});
}

TEST_CASE("arithmetic with sizes, which a trace does with tensors, is no operator of the model") {
  const auto model = from_ir(R"IR(graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %one : int = prim::Constant[value=1]()
  %n : int = aten::size(%x, %zero)
  %n_tensor : Tensor = prim::NumToTensor(%n)
  %twice : Tensor = aten::mul(%n_tensor, %n_tensor)
  %more : Tensor = aten::add(%twice, %one, %one)
  %count : int = aten::Int(%more)
  %shape : int[] = prim::ListConstruct(%count, %one)
  %y : Tensor = aten::reshape(%x, %shape)
  return (%y))IR",
                             {});
  const auto graph = view(canonicalise(model));
  REQUIRE(graph.operators.size() == 1);
  CHECK(graph.operators[0].kind == "aten::reshape");
}

TEST_CASE("operators inside an if or a loop are marked") {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x):\n"
      "  y = torch.relu(x)\n"
      "  for i in range(int(x.size(0))):\n"
      "    if bool(y.sum() > 0):\n      y = torch.sigmoid(y)\n"
      "  return torch.tanh(y)");
  const auto graph = view(canonicalise(net.build()));
  CHECK_FALSE(find(graph, "relu").in_control_flow);
  CHECK(find(graph, "sigmoid").in_control_flow);
  CHECK_FALSE(find(graph, "tanh").in_control_flow);
}

TEST_CASE("outputs in tuples, lists and dicts are found, numbers among them are none") {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x):\n"
      "  a = torch.relu(x)\n"
      "  return (a, [torch.neg(a), torch.tanh(a)], {'s': torch.sigmoid(a)}, x.size(0))");
  CHECK(view(canonicalise(net.build())).outputs == Strings{"relu", "neg", "tanh", "sigmoid"});
}

TEST_CASE("a view says where an operator stands in the model's source") {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n  return torch.relu(x)");
  // What ModuleBuilder compiles has no file of its own.
  CHECK_THAT(find(view(canonicalise(net.build())), "relu").source, contains("<string>:"));
}
