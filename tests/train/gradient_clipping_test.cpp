#include "train/gradient_clipping.h"

#include <cmath>

#include "gradient_sample.h"  // brings LibTorch's own CHECK macro, which must not come after Catch2's

#include "catch.h"

using namespace qtool;

TEST_CASE("clipping scales the whole gradient to the norm") {
  const auto p = parameters_with_gradients();
  const double norm = std::sqrt(1.0 + 4 + 16);
  CHECK(clip_gradient_norm(p, 100) == Approx(norm));
  CHECK(is(p[1].tensor.grad(), {4}));
  CHECK(clip_gradient_norm(p, 1) == Approx(norm));
  CHECK(is(p[0].tensor.grad(), {float(1 / norm), float(-2 / norm)}));
  CHECK(clip_gradient_norm(p, 1) == Approx(1));
}
