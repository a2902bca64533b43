#include "measure/exact_match.h"

#include <ATen/ops/one_hot.h>
#include <ATen/ops/tensor.h>

#include "answers.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("a sequence is right where all of its tokens are") {
  const at::Tensor tokens = at::tensor({1, 2, 3, 3, 2, 1, 0, 0, 0}, at::kLong).view({3, 3});
  const at::Tensor targets = at::tensor({1, 2, 3, 3, 0, 1, 0, 0, -1}, at::kLong).view({3, 3});
  const std::vector<double> expected = {100, 0, 100};
  CHECK(metric_of(make_exact_match, tokens, targets)->samples() == expected);
  CHECK(metric_of(make_exact_match, at::one_hot(tokens, 4).to(at::kFloat), targets)->samples() == expected);
}
