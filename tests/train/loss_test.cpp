#include "train/loss.h"

#include <ATen/ops/tensor.h>

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

// softmax(0, ln 3) = (1/4, 3/4), softmax(ln 2, 0) = (2/3, 1/3).
at::Tensor logits() { return at::tensor({0.0f, std::log(3.0f), std::log(2.0f), 0.0f}).view({2, 2}); }
at::Tensor labels() { return at::tensor({1, 0}, at::kLong); }

}  // namespace

TEST_CASE("cross entropy by hand") {
  const double expected = -(std::log(3.0 / 4) + std::log(2.0 / 3)) / 2;
  CHECK(cross_entropy(logits(), labels(), 0).item<double>() == Approx(expected));
}

TEST_CASE("smoothing moves its share of the target to all classes alike") {
  // Smoothing 0.2 over 2 classes: targets 0.9 and 0.1.
  const double first = -(0.9 * std::log(3.0 / 4) + 0.1 * std::log(1.0 / 4));
  const double second = -(0.9 * std::log(2.0 / 3) + 0.1 * std::log(1.0 / 3));
  CHECK(cross_entropy(logits(), labels(), 0.2).item<double>() == Approx((first + second) / 2));
}
