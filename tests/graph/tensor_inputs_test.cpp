#include "graph/tensor_inputs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "base/error.h"
#include "catch.h"
#include "graphs.h"

using namespace qtool;

namespace {

Model taking(const std::string& arguments) {
  ModuleBuilder net("Net");
  net.define("def forward(self, x, " + arguments + "):\n  return torch.relu(x)");
  return net.build();
}

Complaint refusal(const std::string& arguments) {
  try {
    (void)tensor_inputs(taking(arguments));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    return error.complaint();
  }
  FAIL("accepted");
  return {};
}

}  // namespace

TEST_CASE("tensors, and what has a default value, are inputs that can be fed") {
  CHECK(tensor_inputs(taking("mask: Tensor")) == std::vector<std::string>{"x", "mask"});
  CHECK(tensor_inputs(taking("mask: Optional[Tensor]")) == std::vector<std::string>{"x", "mask"});
  CHECK(tensor_inputs(taking("count: int = 3")) == std::vector<std::string>{"x"});
  CHECK(tensor_inputs(taking("rate: int")) == std::vector<std::string>{"x", "rate"});
}

TEST_CASE("an input that is no tensor is refused by name and type") {
  CHECK(refusal("xs: List[Tensor]").got == "xs: List[Tensor]");
  CHECK_THAT(refusal("xs: Dict[str, Tensor]").fix, contains("one tensor after the other"));
  CHECK(refusal("pair: Tuple[Tensor, Tensor]").got == "pair: Tuple[Tensor, Tensor]");
  CHECK(refusal("name: str").got == "name: str");
  CHECK_THAT(refusal("name: str").fix, contains("give it a default value, e.g. name: str = ..."));
}

TEST_CASE("a model that is run without what it takes says so first") {
  auto model = taking("name: str");
  CHECK_THROWS_WITH(model.forward({at::zeros({1})}), contains("an input that is no tensor"));
}

TEST_CASE("a number is given for each sample, and must be the same") {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x, rate: int, gain: float, on: bool):\n  return x * rate * gain if on else x");
  auto model = net.build();
  const auto x = at::ones({2, 3});
  const auto run = [&](const at::Tensor& rate, const at::Tensor& on) {
    return model.forward({x, rate, at::full({2}, 0.5), on})[0];
  };
  const auto yes = at::ones({2}, at::kBool);
  CHECK(run(at::full({2}, 6, at::kLong), yes).equal(x * 3));
  CHECK(run(at::full({2}, 6, at::kLong), yes.logical_not()).equal(x));
  CHECK(model.forward_as_client({x, at::full({2}, 6, at::kLong), at::full({2}, 0.5), yes})[0].equal(x * 3));
  CHECK_THROWS_WITH(run(at::arange(2), yes), contains("set=rate:NUMBER"));
}
