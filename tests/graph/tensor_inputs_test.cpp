#include "graph/tensor_inputs.h"

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
}

TEST_CASE("an input that is no tensor is refused by name and type") {
  CHECK(refusal("xs: List[Tensor]").got == "xs: List[Tensor]");
  CHECK_THAT(refusal("xs: Dict[str, Tensor]").fix, contains("one tensor after the other"));
  CHECK(refusal("pair: Tuple[Tensor, Tensor]").got == "pair: Tuple[Tensor, Tensor]");
  CHECK(refusal("count: int").got == "count: int");
  CHECK_THAT(refusal("count: int").fix, contains("give it a default value, e.g. count: int = ..."));
}

TEST_CASE("a model that is run without what it takes says so first") {
  auto model = taking("count: int");
  CHECK_THROWS_WITH(model.forward({at::zeros({1})}), contains("an input that is no tensor"));
}
