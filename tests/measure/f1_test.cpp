#include "measure/f1.h"

#include <ATen/ops/one_hot.h>
#include <ATen/ops/tensor.h>

#include "answers.h"
#include "catch.h"
#include "measure/resampling.h"

using namespace qtool;

namespace {

/// Logits of four classes that predict these.
at::Tensor predict(const std::vector<int64_t>& classes) {
  return at::one_hot(at::tensor(classes, at::kLong), 4).to(at::kFloat);
}

}  // namespace

TEST_CASE("macro F1 is the mean over the classes that are there") {
  // Class 0: 2 right, 1 missed; 1: 1 right, 1 wrong; 2: 1 right; 3: neither label nor prediction.
  const auto metric = metric_of(make_f1, predict({0, 0, 1, 1, 2}), at::tensor({0, 0, 0, 1, 2}, at::kLong));
  CHECK(metric->value() == Approx((4.0 / 5 + 2.0 / 3 + 1) / 3 * 100));
  CHECK(metric_of(make_f1, predict({0, 2}), at::tensor({0, 1}, at::kLong))->value() ==
        Approx(100.0 / 3));  // of class 3, which is nowhere, nothing
}

TEST_CASE("F1 has no value for a sample, but one for each replica of the data") {
  const auto metric = metric_of(make_f1, predict({0, 0, 1, 1}), at::tensor({0, 1, 1, 0}, at::kLong));
  CHECK(metric->samples().empty());
  const auto replicas = metric->replicas();
  CHECK(replicas.size() == kReplicas);
  CHECK(deviation_of(replicas) > 0);
}

TEST_CASE("F1 of labels outside the classes is refused") {
  CHECK_THROWS_WITH(metric_of(make_f1, predict({0}), at::tensor({4}, at::kLong)), contains("label 4"));
}
