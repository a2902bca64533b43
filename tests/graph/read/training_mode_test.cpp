#include "graph/read/training_mode.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/testing/file_check.h>
#include <torch/version.h>

#include "catch.h"
#include "graph/graphs.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

struct Left {
  std::vector<std::string> remarks;
  Model model;
};

Left left(const ModuleBuilder& builder) {
  auto model = builder.build();
  model.set_training(false);
  auto remarks = leave_training_mode(model.module());
  lint(model);
  return {std::move(remarks), std::move(model)};
}

Left left(const std::string& expression) { return left(leaf("Net", expression)); }

ModuleBuilder norm_in_training(const std::string& mean, const std::string& var) {
  auto module =
      leaf("Norm", "torch.batch_norm(x, None, None, " + mean + ", " + var + ", True, 0.1, 1e-05, True)");
  module.buffer("mean", numbers({2})).buffer("var", numbers({2}).abs() + 1);
  return module;
}

}  // namespace

TEST_CASE("dropout that is always on is switched off, and said") {
  auto [remarks, model] = left("torch.dropout(torch.dropout(x, 0.5, True), 0.1, True)");
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], contains("training mode"));
  CHECK_THAT(remarks[0], contains("dropout (2"));
  const auto x = numbers({4, 8});
  CHECK(model.forward({x})[0].equal(x));
  CHECK(model.forward_as_client({x})[0].equal(x));
}

#if TORCH_VERSION_MAJOR >= 2  // 1.13 has no such operator
TEST_CASE("dropout in a submodule is found, and attention's, which has a probability alone") {
  ModuleBuilder net("Net");
  net.child("inner", leaf("Inner", "torch.scaled_dot_product_attention(x, x, x, None, 0.5)"));
  net.define("def forward(self, x):\n  return self.inner.forward(x)");
  auto [remarks, model] = left(net);
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], contains("scaled_dot_product_attention (1"));
  const auto x = numbers({1, 4, 8});
  CHECK(model.forward({x})[0].equal(model.forward({x})[0]));
}
#endif

TEST_CASE("batch norm in training mode takes its running statistics where it has some") {
  auto [remarks, model] = left(norm_in_training("self.mean", "self.var"));
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], contains("batch_norm (1"));
  FileCheck().check("= prim::Constant[value=0]()")->check("aten::batch_norm(")->run(text_of(model));
  CHECK(left(norm_in_training("None", "None")).remarks.empty());
}

TEST_CASE("what eval() switches off, or is off, is no reason for a word") {
  for (const char* expression :
       {"torch.dropout(x, 0.5, self.training)", "torch.dropout(x, 0.5, False)", "torch.dropout(x, 0., True)",
        "torch.rand_like(x) if self.training else x"}) {
    INFO(expression);
    CHECK(left(expression).remarks.empty());
  }
}

TEST_CASE("random operators are said") {
  const auto remarks = left("x + torch.rand_like(x)").remarks;
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], contains("random numbers: rand_like (1"));
}
