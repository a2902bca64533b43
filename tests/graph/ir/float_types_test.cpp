#include "graph/ir/float_types.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

#include "catch.h"
#include "graph/graphs.h"

using namespace qtool;

namespace {

std::vector<at::ScalarType> types_read(const ModuleBuilder& net) {
  const auto model = inlined(net.build());
  return float_types_read(*graph_of(model), model.module());
}

}  // namespace

TEST_CASE("the most common type of what is read is the first; numbers and what is unread do not count") {
  ModuleBuilder net("Net");
  net.parameter("a", at::ones({4}, at::kHalf)).parameter("b", at::ones({9}, at::kFloat));
  net.buffer("index", at::ones({50}, at::kLong)).buffer("scale", at::full({}, 2, at::kDouble));
  net.buffer("unread", at::ones({4}, at::kBFloat16));
  net.define("def forward(self, x):\n  return x * self.a.sum() + self.b + self.index[0] + self.scale");
  CHECK(types_read(net) == std::vector{at::kFloat, at::kHalf});
  CHECK(types_read(leaf("Leaf", "x + 1.")).empty());
}

TEST_CASE("half, bfloat16, double and their complex numbers are computed in 32 bits") {
  CHECK(computing_type(at::kHalf) == at::kFloat);
  CHECK(computing_type(at::kBFloat16) == at::kFloat);
  CHECK(computing_type(at::kComplexDouble) == at::kComplexFloat);
  CHECK(computing_type(at::kLong) == at::kLong);
  CHECK(is_other_float(at::kDouble));
  CHECK_FALSE(is_other_float(at::kFloat));
}
