#include "train/score.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

at::Tensor logits() { return at::tensor({0.0f, 1.0f, 2.0f, 0.0f, 5.0f, 1.0f, 1.0f, 4.0f}).view({4, 2}); }

}  // namespace

TEST_CASE("with labels the score is accuracy, over batches of any size") {
  ScoreMeter meter("test");
  meter.add({logits()}, {at::tensor({1, 0, 1, 1}, at::kLong)}, {});
  CHECK(meter.score() == 75);
  CHECK(meter.info().name == "top1");
  CHECK(meter.standard_error() == Approx(100 * std::sqrt(0.75 * 0.25 / 4)));
  meter.add({logits().slice(0, 0, 1)}, {at::tensor({1}, at::kLong)}, {logits().slice(0, 0, 1)});
  CHECK(meter.score() == 80);
  CHECK_THROWS_WITH(meter.add({logits()}, {at::tensor({1, 0, 1, 2}, at::kLong)}, {}), contains("label 2"));
}

TEST_CASE("a metric that is named is the score") {
  ScoreMeter meter("test", choose_metric("top5"));
  meter.add({logits()}, {at::tensor({1, 0, 1, 1}, at::kLong)}, {});
  CHECK(meter.info().name == "top5");
  CHECK(meter.score() == 100);
  ScoreMeter unlabelled("test", choose_metric("top5"));
  CHECK_THROWS_WITH(unlabelled.add({logits()}, {}, {logits()}), contains("the metric 'top5' does not apply"));
}

TEST_CASE("without labels it is the agreement with the teacher") {
  ScoreMeter meter("test");
  meter.add({logits()}, {}, {logits().flip(0)});  // 1, 0, 0, 1 on both sides
  CHECK(meter.score() == 100);
  meter.add({logits()}, {}, {-logits()});
  CHECK(meter.score() == 50);
  CHECK(meter.standard_error() == Approx(100 * std::sqrt(0.5 * 0.5 / 8)));
}

TEST_CASE("outputs that are no logits are scored by their error") {
  const at::Tensor reference = at::tensor({3.0f, 4.0f}).view({1, 1, 2});
  ScoreMeter meter("test");
  meter.add({reference + 0.5}, {at::tensor({0}, at::kLong)}, {reference});
  CHECK(meter.score() == Approx(100 - 50.0 / 25));
  CHECK(meter.info().title == "score");
  CHECK(meter.standard_error() == 0);
  ScoreMeter perfect("test");
  perfect.add({reference}, {}, {reference});
  CHECK(perfect.score() == 100);
}

TEST_CASE("without metric and teacher the score is the loss, which is better where it is lower") {
  // Of tokens nothing is computed unless it is asked for.
  ScoreMeter meter("test", {}, choose_loss("cross_entropy", 0));
  const at::Tensor even = at::tensor({0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f}).view({1, 2, 3});
  meter.add({even}, {at::tensor({1, 0}, at::kLong).view({1, 2})}, {});
  CHECK(meter.score() == Approx(std::log(3.0)));
  CHECK(meter.info().better == Better::kLower);
  CHECK(score_info("loss").title == "loss");
}
