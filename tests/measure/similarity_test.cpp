#include "measure/similarity.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

#include "catch.h"

using namespace qtool;

TEST_CASE("cosine and SQNR of a hand-made pair") {
  Similarity s(/*step=*/0.5);
  // Two tensors as one vector: r = (3, 4, 0), x = (3, 3, 0.25).
  s.add(at::tensor({3.0f, 4.0f}), at::tensor({3.0f, 3.0f}));
  s.add(at::tensor({0.0f}), at::tensor({0.25f}));
  CHECK(s.cosine() == Approx(21 / (5 * std::sqrt(18.0625))));
  CHECK(s.sqnr_db() == Approx(10 * std::log10(25 / 1.0625)));
  CHECK(s.max_difference() == 1.0);
  CHECK(s.differing() == Approx(1.0 / 3));  // 0.25 is half a step, not more
}

TEST_CASE("equal signals have infinite SQNR") {
  Similarity s;
  s.add(at::tensor({1.0f, -2.0f}), at::tensor({1.0f, -2.0f}));
  CHECK(std::isinf(s.sqnr_db()));
  CHECK(s.cosine() == Approx(1));
  CHECK(s.differing() == 0);
}

TEST_CASE("signals of zeros") {
  Similarity both, one;
  both.add(at::zeros({4}), at::zeros({4}));
  CHECK(both.cosine() == 1);
  one.add(at::zeros({2}), at::tensor({1.0f, 1.0f}));
  CHECK(one.cosine() == 0);
  CHECK(one.sqnr_db() == -std::numeric_limits<double>::infinity());
}

TEST_CASE("a NaN counts as a difference and is not hidden") {
  Similarity s;
  s.add(at::tensor({1.0f, 2.0f}), at::tensor({std::numeric_limits<float>::quiet_NaN(), 2.0f}));
  CHECK(s.differing() == 0.5);
  CHECK(std::isnan(s.sqnr_db()));
  CHECK(std::isnan(s.max_difference()));
}

TEST_CASE("signals of different sizes are refused with both sizes") {
  Similarity s;
  CHECK_THROWS_WITH(s.add(at::zeros({2, 3}), at::zeros({2, 4})), contains("[2, 4]") && contains("[2, 3]"));
}

TEST_CASE("small errors survive large sums") {
  Similarity s;
  s.add(at::tensor({1.0e6f}), at::tensor({1.0e6f}));
  for (int i = 0; i < 100; ++i) s.add(at::tensor({1.0e-3f}), at::tensor({2.0e-3f}));
  CHECK(s.sqnr_db() == Approx(10 * std::log10(1e12 / 1e-4)).epsilon(1e-6));
}
