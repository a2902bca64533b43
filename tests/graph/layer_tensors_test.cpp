#include "graph/layer_tensors.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/ones.h>

#include "catch.h"
#include "graph/builder.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;

namespace {

/// With weights of ones: a layer with a bias, and one without.
Model layers() {
  ModuleBuilder net("Net");
  net.parameter("w", at::ones({2, 2})).parameter("b", at::ones({2})).parameter("v", at::ones({2, 2}));
  net.define(
      "def forward(self, x):\n"
      "  return torch.relu(torch.linear(torch.linear(x, self.w, self.b), self.v))");
  return canonicalise(net.build());
}

}  // namespace

TEST_CASE("each layer has a weight and a bias of its own") {
  const at::NoGradGuard no_grad;
  const auto model = layers();
  auto copy = copy_with_layers(model, {"linear", "linear#2", "relu", "nothing"});
  REQUIRE(copy.layers.size() == 2);
  const auto x = at::ones({1, 2});
  CHECK(at::allclose(copy.model.forward({x})[0], model.shared().forward({x})[0]));
  CHECK(copy.layers.at("linear").bias[0].item<float>() == 1);
  CHECK(copy.layers.at("linear#2").bias[0].item<float>() == 0);
}

TEST_CASE("what is written to a layer is what the copy computes with, and the model stays") {
  const at::NoGradGuard no_grad;
  const auto model = layers();
  auto copy = copy_with_layers(model, {"linear", "linear#2"});
  const auto x = at::ones({1, 2});
  CHECK(model.shared().forward({x})[0][0][0].item<float>() == 6 /* 3 + 3 */);
  copy.layers.at("linear").bias.fill_(0);
  copy.layers.at("linear#2").bias.fill_(1);
  CHECK(copy.model.forward({x})[0][0][0].item<float>() == 5 /* 2 + 2 + 1 */);
  CHECK(model.shared().forward({x})[0][0][0].item<float>() == 6 /* 3 + 3 */);
}
