#include "measure/perplexity.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "answers.h"
#include "catch.h"
#include "measure/resampling.h"

using namespace qtool;

TEST_CASE("a model that knows nothing has the number of tokens as its perplexity") {
  CHECK(metric_of(make_perplexity, at::zeros({2, 3, 5}), at::zeros({2, 3}, at::kLong))->value() == Approx(5));
}

TEST_CASE("perplexity is exp of the mean over tokens, not of that over samples") {
  // Probabilities 3/4 and 1/4 of the target; the third token does not count.
  const at::Tensor logits =
      at::tensor({std::log(3.0f), 0.0f, std::log(3.0f), 0.0f, 7.0f, 9.0f}).view({1, 3, 2});
  const at::Tensor targets = at::tensor({0, 1, -100}, at::kLong).view({1, 3});
  const auto metric = metric_of(make_perplexity, logits, targets);
  CHECK(metric->value() == Approx(std::exp(-(std::log(0.75) + std::log(0.25)) / 2)));
  CHECK(metric->replicas().size() == kReplicas);
}
