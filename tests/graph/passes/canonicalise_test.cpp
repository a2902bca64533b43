#include "graph/passes/canonicalise.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/testing/file_check.h>

#include <limits>

#include "base/error.h"
#include "catch.h"
#include "graph/graphs.h"
#include "graph/read/read_model.h"
#include "graph/view.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

using Strings = std::vector<std::string>;

/// The canonical model. Checks that it is whole, computes what the model in eval mode computes, leaves the
/// model as it was, and is its own canonical form.
Model canonical(const Model& model, const std::vector<at::Tensor>& inputs) {
  const auto text = text_of(model);
  auto result = canonicalise(model);
  CHECK(text_of(model) == text);
  lint(result);
  auto original = model.clone();
  original.set_training(false);
  CHECK(difference(original, result, inputs) < 1e-4);
  CHECK(text_of(canonicalise(result)) == text_of(result));
  return result;
}

Model canonical(const ModuleBuilder& builder, at::IntArrayRef shape) {
  return canonical(builder.build(), {numbers(shape)});
}

/// As scripting a network gives it, and as tracing it with an example does.
struct Spelling {
  const char *conv, *batch_norm_training, *dropout, *linear, *relu, *relu6;
};
constexpr Spelling kScripted{.conv = kScriptedConv,
                             .batch_norm_training = "self.training",
                             .dropout = "torch.dropout(x, 0.5, self.training)",
                             .linear = "torch.linear(x, self.weight, self.bias)",
                             .relu = "torch.relu_(x)",
                             .relu6 = "torch.relu6(x)"};
constexpr Spelling kTraced{.conv = kTracedConv,
                           .batch_norm_training = "False",
                           .dropout = "torch.dropout(x, 0.5, False)",
                           .linear = "torch.addmm(self.bias, x, torch.t(self.weight), beta=1, alpha=1)",
                           .relu = "torch.relu(x)",
                           .relu6 = "torch.hardtanh(x, 0., 6.)"};

ModuleBuilder norm(const Spelling& spelling) {
  auto module =
      leaf("BatchNorm2d",
           std::string("torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, ") +
               spelling.batch_norm_training + ", 0.1, 1e-05, True)");
  module.parameter("weight", numbers({4}, 1)).parameter("bias", numbers({4}, 2));
  module.buffer("running_mean", numbers({4}, 3)).buffer("running_var", numbers({4}, 4).abs() + 0.5);
  return module;
}

/// Convolution, batch norm and relu; a residual block; a classifier.
ModuleBuilder network(const Spelling& spelling) {
  ModuleBuilder block("Block");
  block.child("conv", layer("Conv2d", numbers({4, 4, 3, 3}, 20), spelling.conv)).child("bn", norm(spelling));
  block.child("relu", leaf("ReLU6", spelling.relu6));
  block.define(
      "def forward(self, x):\n  return self.relu.forward(self.bn.forward(self.conv.forward(x)) + x)");
  ModuleBuilder net("Net");
  net.child("conv1", layer("Conv2d", numbers({4, 3, 3, 3}), spelling.conv)).child("bn1", norm(spelling));
  net.child("relu1", leaf("ReLU", spelling.relu)).child("block", block);
  net.child("dropout", leaf("Dropout", spelling.dropout));
  net.child("fc", layer("Linear", numbers({5, 4}, 30), spelling.linear));
  net.define(
      "def forward(self, x):\n"
      "  y = self.block.forward(self.relu1.forward(self.bn1.forward(self.conv1.forward(x))))\n"
      "  y = torch.flatten(torch.adaptive_avg_pool2d(y, [1, 1]), 1)\n"
      "  return self.fc.forward(self.dropout.forward(y))");
  return net;
}

ModuleBuilder functional(const std::string& body) {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n" + body);
  return net;
}

Error refusal(const ModuleBuilder& builder) {
  const auto model = builder.build();
  try {
    (void)canonicalise(model);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUnquantizable);
    return error;
  }
  FAIL("no error");
  throw std::logic_error("not reached");
}

}  // namespace

TEST_CASE("a scripted and a traced model of one network have one canonical form") {
  const auto scripted = canonical(network(kScripted), {2, 3, 6, 6});
  const auto traced = canonical(network(kTraced), {2, 3, 6, 6});
  CHECK(operator_names(scripted) == Strings{"conv1", "relu1", "block.conv", "block/add", "block.relu",
                                            "adaptive_avg_pool2d", "flatten", "fc"});
  CHECK(text_of(scripted) == text_of(traced));
  const auto weights = scripted.parameters(), others = traced.parameters();
  REQUIRE(weights.size() == 6);
  REQUIRE(others.size() == 6);
  for (size_t i = 0; i < weights.size(); ++i) {
    CHECK(weights[i].name == others[i].name);
    CHECK(weights[i].tensor.equal(others[i].tensor));
  }
  CHECK(scripted.buffers().empty());  // batch norm is gone
}

TEST_CASE("a frozen model has the same operators, named by their kind") {
  auto trained = network(kScripted).build();
  const auto model = canonical(frozen(trained), {numbers({2, 3, 6, 6})});
  Strings kinds;
  for (const auto& op : view(model).operators) kinds.push_back(op.kind);
  CHECK(kinds == Strings{"aten::conv2d", "aten::relu", "aten::conv2d", "aten::add", "aten::hardtanh",
                         "aten::adaptive_avg_pool2d", "aten::flatten", "aten::linear"});
  CHECK(model.parameters().size() == 6);
}

TEST_CASE("a canonical model computes the same after saving and loading") {
  const auto path = "canonical_" + std::to_string(std::hash<std::string>()("canonicalise_test")) + ".pt";
  auto model = canonical(network(kScripted), {2, 3, 6, 6});
  model.save(path);
  auto loaded = read_model(path);
  std::remove(path.c_str());
  CHECK(difference(model, loaded, {numbers({2, 3, 6, 6})}) == 0);
}

TEST_CASE("operators that work in place become functional") {
  const auto model = canonical(
      functional("  y = torch.neg(x)\n  y = torch.relu_(y)\n  y += x\n  return torch.hardtanh_(y, 0., 6.)"),
      {2, 3});
  FileCheck()
      .check("aten::relu(")
      ->check("aten::add(")
      ->check("aten::hardtanh(")
      ->check_not("_(")
      ->run(text_of(model));
}

TEST_CASE("a matrix product with a transposed weight is a linear layer") {
  ModuleBuilder net("Net");
  net.parameter("w", numbers({5, 4})).parameter("b", numbers({5}));
  net.define("def forward(self, x):\n  return torch.add(torch.matmul(x, torch.t(self.w)), self.b, alpha=1)");
  FileCheck().check("aten::linear(")->check_not("matmul")->run(text_of(canonical(net, {2, 3, 4})));
  // So is one with a parameter, whose transpose is computed once.
  ModuleBuilder product("Net");
  product.parameter("w", numbers({4, 5}));
  product.define("def forward(self, x):\n  return torch.matmul(x, self.w)");
  FileCheck().check("aten::linear(")->check_not("aten::t(")->run(text_of(canonical(product, {2, 4})));
  ModuleBuilder square("Net");
  square.define("def forward(self, x):\n  return torch.matmul(x, x)");
  FileCheck().check("aten::matmul(")->check_not("linear")->run(text_of(canonical(square, {4, 4})));
}

TEST_CASE("a module that is called twice gives two operators with a weight each") {
  ModuleBuilder net("Net");
  net.child("conv", layer("Conv2d", numbers({2, 2, 3, 3}), kScriptedConv));
  net.define("def forward(self, x):\n  return self.conv.forward(self.conv.forward(x))");
  const auto model = canonical(net, {1, 2, 4, 4});
  CHECK(operator_names(model) == Strings{"conv", "conv#2"});
  CHECK(model.parameters().size() == 4);
}

TEST_CASE("batch norm of a module that is called twice is folded for each call") {
  ModuleBuilder net("Net");
  net.child("conv", layer("Conv2d", numbers({2, 2, 3, 3}), kScriptedConv)).child("bn", batch_norm(2));
  net.define(
      "def forward(self, x):\n"
      "  y = self.bn.forward(self.conv.forward(self.bn.forward(self.conv.forward(x))))\n"
      "  return self.conv.forward(y)");
  const auto model = canonical(net, {1, 2, 4, 4});
  CHECK(operator_names(model) == Strings{"conv", "conv#2", "conv#3"});
  const auto weights = model.parameters();
  REQUIRE(weights.size() == 6);
  CHECK(weights[0].tensor.equal(weights[2].tensor));
  CHECK_FALSE(weights[0].tensor.equal(weights[4].tensor));  // nothing follows the third call
}

TEST_CASE("ifs and loops stay, with their operators marked") {
  const auto model = canonical(functional("  for i in range(int(x.size(0))):\n"
                                          "    if bool(x.sum() > 0):\n      x = torch.relu(x) - 1\n"
                                          "  return x"),
                               {3, 3});
  FileCheck().check("prim::Loop")->check("prim::If")->check("aten::relu")->run(text_of(model));
  for (const auto& op : view(model).operators)
    if (op.kind == "aten::relu") CHECK(op.in_control_flow);
}

TEST_CASE("loops of few rounds are written out, those of very many are not") {
  const auto loop = [](const std::string& body) {  // nobody could run it
    return text_of(canonicalise(functional("  for i in range(" + body + "  return x").build()));
  };
  FileCheck().check_not("prim::Loop")->run(loop("3):\n    x = torch.relu(x)\n"));
  FileCheck()
      .check("prim::Loop")
      ->check_not("unchecked_cast")
      ->run(loop("1152921504606846976):\n    x = torch.relu(x)\n"));
  FileCheck().check("prim::Loop")->run(loop("100000):\n    for k in range(20):\n      x = torch.relu(x)\n"));
}

TEST_CASE("what a constant decides is decided") {
  const auto model = canonical(functional("  if self.training:\n    x = torch.neg(x)\n"
                                          "  assert x.dim() < 9, 'too deep'\n"
                                          "  return torch.relu(x)"),
                               {3, 3});
  FileCheck().check("aten::relu")->check_not("prim::If")->check_not("neg")->run(text_of(model));
}

TEST_CASE("two inputs and several outputs") {
  ModuleBuilder net("Net");
  net.define("def forward(self, a, b):\n  return (torch.relu(a + b), [a - b, torch.cat([a, b], 1)])");
  auto model = canonical(net.build(), {numbers({2, 3}), numbers({2, 3}, 9)});
  CHECK(model.input_count() == 2);
  CHECK(model.input_names() == Strings{"a", "b"});
  CHECK(model.forward({numbers({2, 3}), numbers({2, 3}, 9)}).size() == 3);
}

TEST_CASE("an argument with a default is not asked for") {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x, mask: Optional[Tensor]=None, scale: float=2.):\n"
      "  if mask is not None:\n    x = x + mask\n"
      "  return x * scale");
  const auto model = canonical(net.build(), {numbers({2, 3})});
  CHECK(model.input_names() == Strings{"x"});
  FileCheck().check("aten::mul")->check_not("prim::If")->run(text_of(model));
}

TEST_CASE("NaN and infinite weights are refused by name") {
  auto weight = numbers({2, 2, 3, 3});
  weight.view(-1)[4] = std::numeric_limits<float>::quiet_NaN();
  weight.view(-1)[5] = std::numeric_limits<float>::infinity();
  ModuleBuilder net("Net");
  net.child("conv", layer("Conv2d", weight, kScriptedConv));
  net.define("def forward(self, x):\n  return self.conv.forward(x)");
  const auto error = refusal(net);
  CHECK(error.complaint().where == "conv.weight");
  CHECK(error.complaint().got == "2 of 36 values are NaN or infinite");
  CHECK_THROWS_AS(canonicalise(frozen(net.build())), Error);
}

TEST_CASE("an infinite mask is no fault, a NaN in it is") {
  ModuleBuilder net("Net");
  const auto infinity = std::numeric_limits<float>::infinity();
  net.buffer("mask", at::tensor({0.0f, -infinity}));
  net.define("def forward(self, x):\n  return torch.softmax(x + self.mask, 1)");
  (void)canonical(net, {3, 2});
  ModuleBuilder broken("Net");
  broken.buffer("mask", at::tensor({0.0f, std::numeric_limits<float>::quiet_NaN()}));
  broken.define("def forward(self, x):\n  return x + self.mask");
  CHECK(refusal(broken).complaint().where == "mask");
}

TEST_CASE("a forward() that changes the model in place is refused") {
  ModuleBuilder child("Child");
  child.buffer("calls", numbers({1}))
      .define("def forward(self, x):\n  self.calls.add_(1)\n  return x + self.calls");
  ModuleBuilder net("Net");
  net.child("counter", child).define("def forward(self, x):\n  return self.counter.forward(x)");
  CHECK(refusal(net).complaint().where == "counter.calls");

  ModuleBuilder part("Net");
  part.buffer("state", numbers({3}))
      .define("def forward(self, x):\n  self.state[0] = 1.\n  return self.state * x");
  CHECK(refusal(part).complaint().where == "state");
}

TEST_CASE("a write into a tensor of forward()'s own is none of that") {
  (void)canonical(functional("  y = torch.zeros([2, 3])\n  y[0] = x[1]\n  return torch.relu(y)"), {2, 3});
}
