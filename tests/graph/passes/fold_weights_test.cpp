#include "graph/passes/fold_weights.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "catch.h"
#include "graph/graphs.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

ModuleBuilder weighted_net(const std::string& body) {
  ModuleBuilder module("Net");
  module.parameter("v", numbers({4, 3})).parameter("g", numbers({4, 1}, 5)).buffer("b", numbers({4}, 9));
  module.define("def forward(self, x):\n" + body);
  return module;
}

/// The model after the pass, which must compute the same, and stay as it is when the pass runs again.
Model with_folded_weights(const ModuleBuilder& builder) {
  auto before = inlined(builder.build()), after = inlined(builder.build());
  fold_weights(after.module());
  lint(after);
  CHECK(difference(before, after, {numbers({2, 3})}) < 1e-6);
  const auto text = text_of(after);
  fold_weights(after.module());
  CHECK(text_of(after) == text);
  return after;
}

std::vector<std::string> names(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string> result;
  for (const auto& tensor : tensors) result.push_back(tensor.name);
  return result;
}

}  // namespace

TEST_CASE("a weight that is computed from parameters becomes a parameter") {
  const auto model = with_folded_weights(
      weighted_net("  return torch.linear(x, self.v * self.g / self.v.norm(), self.b * 2.0)"));
  FileCheck().check("name=\"weight\"")->check_not("aten::mul")->run(text_of(model));
  CHECK(names(model.parameters()) == std::vector<std::string>{"v", "g", "weight"});
  CHECK(names(model.buffers()) == std::vector<std::string>{"b", "bias"});  // of a buffer alone
}

TEST_CASE("a layer that runs twice keeps one weight, another expression gets its own") {
  const auto model = with_folded_weights(weighted_net(
      "  y = torch.linear(x, self.v * self.g, self.b) + torch.linear(-x, self.v * self.g, self.b)\n"
      "  return y + torch.linear(x, self.v * 3.0, self.b)"));
  CHECK(names(model.parameters()) == std::vector<std::string>{"v", "g", "weight", "weight_2"});
}

TEST_CASE("a weight that depends on the input, or on chance, stays computed") {
  const auto of_input =
      with_folded_weights(weighted_net("  return torch.linear(x, self.v * x.sum(), self.b)"));
  CHECK(names(of_input.parameters()) == std::vector<std::string>{"v"});
  auto by_chance =
      inlined(weighted_net("  return torch.linear(x, self.v * torch.rand_like(self.v), self.b)").build());
  fold_weights(by_chance.module());
  CHECK(names(by_chance.parameters()) == std::vector<std::string>{"v"});
}

TEST_CASE("a weight that is changed in place stays computed") {
  const auto model = with_folded_weights(
      weighted_net("  w = self.v * self.g\n  w.mul_(x.sum())\n  return torch.linear(x, w, self.b)"));
  CHECK(names(model.parameters()) == std::vector<std::string>{"v", "g"});
}
