#include "graph/passes/carry_state.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "base/error.h"
#include "catch.h"
#include "graph/carried_state.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

ModuleBuilder keeping(const std::string& statements) {
  ModuleBuilder net("Net");
  net.buffer("h", at::zeros({2})).buffer("last", at::zeros({2}));
  net.define("def forward(self, x):\n" + statements);
  return net;
}

}  // namespace

TEST_CASE("state is read at the beginning and written at the end, through ifs and loops") {
  const auto net = keeping(
      "  if bool(torch.sum(x) > 0):\n"
      "    self.h = self.h + x\n"
      "  for i in range(x.size(0)):\n"
      "    self.h = self.h * 2 + i\n"
      "  self.last = x\n"
      "  return self.h - self.last\n");
  auto original = net.build(), canonical = canonicalise(original);
  lint(canonical);
  FileCheck()
      .check_count("GetAttr[name=\"h\"]", 1, /*exactly=*/true)
      ->check("prim::If")
      ->check("prim::Loop")
      ->check("aten::sub")
      ->check("SetAttr[name=\"h\"]")
      ->check("SetAttr[name=\"last\"]")
      ->check("return")
      ->run(text_of(canonical));
  CHECK(text_of(canonicalise(canonical)) == text_of(canonical));
  CHECK(state_names(canonical) == std::vector<std::string>{"h", "last"});
  const auto x = at::tensor({1.0F, 2.0F});
  const CarriedState one_pass;
  for (auto* model : {&original, &canonical}) {
    CHECK(model->forward({x})[0].equal(at::tensor({4.0F, 7.0F})));    // 4 (0 + x) + 1 - x
    CHECK(model->forward({x})[0].equal(at::tensor({24.0F, 43.0F})));  // 4 (5 + 1, 9 + 2) + 1 - x
  }
}

TEST_CASE("state that two writes exchange is that of the beginning in both") {
  const auto net = keeping("  h = self.h\n  self.h = self.last + x\n  self.last = h\n  return self.h\n");
  auto canonical = canonicalise(net.build());
  const auto x = at::tensor({1.0F, 2.0F});
  const CarriedState one_pass;
  CHECK(canonical.forward({x})[0].equal(x));
  CHECK(canonical.forward({x})[0].equal(x));  // last was the first h, zero
  CHECK(canonical.forward({x})[0].equal(x + x));
}

TEST_CASE("a change in place is refused by name, also where nothing reads it in the same run") {
  for (const char* body : {"  self.h.add_(x)\n  return self.h\n", "  self.h.add_(x)\n  return x\n",
                           "  y = x + self.h\n  self.h[0].copy_(x[0])\n  return y\n"})
    CHECK_THROWS_WITH(canonicalise(keeping(body).build()), contains("changes an attribute"));
}

TEST_CASE("what a batch norm counts in training is left out") {
  ModuleBuilder net("Net");
  net.buffer("num_batches_tracked", at::zeros({}, at::kLong));
  net.define("def forward(self, x):\n  self.num_batches_tracked.add_(1)\n  return x + 1\n");
  const auto x = at::tensor({1.0F, 2.0F});
  CHECK(canonicalise(net.build()).forward({x})[0].equal(x + 1));
}

TEST_CASE("a layer does not take state for its weight") {
  ModuleBuilder net("Net");
  net.buffer("fast", at::zeros({3, 2}));
  net.define("def forward(self, x):\n  self.fast = self.fast + 1\n  return torch.linear(x, self.fast)\n");
  auto canonical = canonicalise(net.build());
  const CarriedState one_pass;
  const auto x = at::tensor({1.0F, 2.0F}).reshape({1, 2});
  CHECK(canonical.forward({x})[0].equal(at::zeros({1, 3}) + 3));
  CHECK(canonical.forward({x})[0].equal(at::zeros({1, 3}) + 6));
}
