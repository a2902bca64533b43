#include "measure/answer_shapes.h"

#include <ATen/ops/ones.h>

#include "catch.h"

using namespace qtool;

TEST_CASE("a refusal shows the first output and the first target") {
  const std::vector<at::Tensor> outputs = {at::ones({8, 3}), at::ones({1})}, none;
  const std::vector<at::Tensor> targets = {at::ones({8}, at::kLong)};
  CHECK(first_shapes({outputs, none, none}) == "a first output CPUFloatType[8, 3]");
  CHECK_THROWS_WITH(refuse_answers({outputs, targets, none}, "net.pt", "class scores"),
                    contains("outputs and targets do not belong together") && contains("where:    net.pt") &&
                        contains("a first output CPUFloatType[8, 3] and a first target CPULongType[8]") &&
                        contains("expected: class scores"));
}
