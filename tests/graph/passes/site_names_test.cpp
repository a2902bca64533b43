#include "graph/passes/site_names.h"

#include <torch/csrc/jit/testing/file_check.h>

#include <algorithm>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/view.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

/// The model with its names. Checks that it computes the same and that naming again changes nothing.
Model named(const Model& model, const std::vector<at::Tensor>& inputs) {
  auto before = inlined(model), after = inlined(model);
  name_sites(after.module());
  lint(after);
  CHECK(difference(before, after, inputs) == 0);
  const auto text = text_of(after);
  name_sites(after.module());
  CHECK(text_of(after) == text);
  return after;
}

std::vector<std::string> names_in(const ModuleBuilder& net, const at::Tensor& x) {
  return operator_names(named(net.build(), {x}));
}

using Strings = std::vector<std::string>;

ModuleBuilder conv_layer(int64_t start = 0) {
  return layer("Conv2d", numbers({2, 2, 3, 3}, start), kScriptedConv);
}

}  // namespace

TEST_CASE("a layer is named by where its weight lives, a lone operator by its module, others by both") {
  ModuleBuilder block("Block");
  block.child("conv1", conv_layer()).child("relu1", leaf("ReLU", "torch.relu(x)"));
  block.define("def forward(self, x):\n  return self.relu1.forward(self.conv1.forward(x)) + x");
  ModuleBuilder layers("Layers");
  layers.child("0", block).define("def forward(self, x):\n  return getattr(self, \"0\").forward(x)");
  ModuleBuilder net("Net");
  net.child("layers", layers)
      .define("def forward(self, x):\n  return torch.flatten(self.layers.forward(x), 1)");
  CHECK(names_in(net, numbers({1, 2, 4, 4})) ==
        Strings{"layers.0.conv1", "layers.0.relu1", "layers.0/add", "flatten"});
}

TEST_CASE("operators at the top are named by their kind, and counted from the second on") {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n  return torch.relu((x + 1) + x) + 2");
  CHECK(names_in(net, numbers({2})) == Strings{"add", "add#2", "relu", "add#3"});
}

TEST_CASE("a module with several operators lends its name to none") {
  ModuleBuilder net("Net");
  net.child("act", leaf("Swish", "x * torch.sigmoid(x)"));
  net.define("def forward(self, x):\n  return self.act.forward(x)");
  CHECK(names_in(net, numbers({2})) == Strings{"act/sigmoid", "act/mul"});
}

TEST_CASE("a module without tensor operators is no obstacle") {
  ModuleBuilder net("Net");
  net.child("width", leaf("Width", "x.size(1)"));
  net.define("def forward(self, x):\n  return x.view([-1, self.width.forward(x)])");
  CHECK(names_in(net, numbers({2, 3})) == Strings{"view"});
}

TEST_CASE("layers at the top of a Sequential, whose paths are numbers, have a name, too") {
  ModuleBuilder net("Net");
  net.child("0", conv_layer()).child("1", leaf("ReLU", "torch.relu(x)"));
  net.define("def forward(self, x):\n  return getattr(self, \"1\").forward(getattr(self, \"0\").forward(x))");
  const auto model = named(net.build(), {numbers({1, 2, 4, 4})});
  CHECK(operator_names(model) == Strings{"0/conv2d", "1/relu"});
  CHECK(view(model).operators[0].weight_path == "0/conv2d.weight");
}

TEST_CASE("a layer that is called twice has two names and two weights") {
  ModuleBuilder net("Net");
  net.child("conv", conv_layer());
  net.define("def forward(self, x):\n  return self.conv.forward(self.conv.forward(x))");
  const auto model = named(net.build(), {numbers({1, 2, 4, 4})});
  CHECK(operator_names(model) == Strings{"conv", "conv#2"});
  const auto operators = view(model).operators;
  CHECK(operators[1].weight_path == "conv#2.weight");
  CHECK(operators[0].weight.equal(operators[1].weight));
  CHECK(operators[0].weight.data_ptr() != operators[1].weight.data_ptr());
  CHECK(operators[1].weight.is_leaf());
}

TEST_CASE("the weights of a frozen model move to attributes under their operator's name") {
  ModuleBuilder net("Net");
  net.child("conv", conv_layer()).define("def forward(self, x):\n  return torch.relu(self.conv.forward(x))");
  const auto model = named(frozen(net.build()), {numbers({1, 2, 4, 4})});
  CHECK(operator_names(model) == Strings{"conv", "relu"});
  CHECK(model.parameters().size() == 2);
  CHECK(view(model).operators[0].weight.equal(numbers({2, 2, 3, 3})));
}

TEST_CASE("a functional layer does not take the weight of a module of its name") {
  ModuleBuilder net("Net");
  net.parameter("w", numbers({2, 2, 3, 3}, 50)).child("conv2d", conv_layer());
  net.define(
      "def forward(self, x):\n"
      "  return self.conv2d.forward(torch.conv2d(x, self.w, None, [1, 1], [1, 1], [1, 1], 1))");
  const auto model = named(net.build(), {numbers({1, 2, 4, 4})});
  CHECK(operator_names(model) == Strings{"conv2d#2", "conv2d"});
  CHECK(view(model).operators[1].weight.equal(numbers({2, 2, 3, 3})));
}

TEST_CASE("tensors that come out of lists, ifs and loops have names that copies keep") {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x):\n"
      "  a, b = torch.chunk(x, 2, 1)\n"
      "  if bool(a.sum() > 0):\n    c = a + b\n  else:\n    c = a - b\n"
      "  for i in range(2):\n    c = torch.relu(c)\n"
      "  values, places = torch.max(c, 1)\n"
      "  return torch.neg(values)");
  const auto model = named(net.build(), {numbers({2, 4})});
  FileCheck()
      .check("%ListUnpack.0 : Tensor, %ListUnpack.1 : Tensor = prim::ListUnpack")
      ->check("%If : Tensor = prim::If")
      ->check("%Loop : Tensor = prim::Loop")
      ->check("%max.0 : Tensor, %max.1 : Tensor = aten::max")
      ->run(text_of(model));
  CHECK(view(model).operators.back().inputs == Strings{"max.0"});
  CHECK(operator_names(inlined(model)) == operator_names(model));
}

TEST_CASE("an operator that is called as an input takes the name from it") {
  ModuleBuilder net("Net");
  net.child("x", conv_layer()).define("def forward(self, x):\n  return self.x.forward(x)");
  const auto model = named(net.build(), {numbers({1, 2, 4, 4})});
  CHECK(operator_names(model) == Strings{"x"});
  CHECK(view(model).operators[0].inputs == view(model).inputs);
}
