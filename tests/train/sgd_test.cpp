#include "train/sgd.h"

#include "gradient_sample.h"  // brings LibTorch's own CHECK macro, which must not come after Catch2's

#include "catch.h"

using namespace qtool;

TEST_CASE("two steps of SGD with momentum and decay, by hand") {
  const auto p = parameters_with_gradients();
  const auto optimizer =
      make_optimizer({.kind = OptimizerKind::kSgd, .weight_decay = 0.1, .momentum = 0.5}, p);
  // weight: v = g + 0.1 w = (1.1, -1.8); bias: v = 4, without decay.
  optimizer->step(0.1);
  CHECK(is(p[0].tensor, {0.89f, 2.18f}));
  CHECK(is(p[1].tensor, {2.6f}));
  // v = 0.5 (1.1, -1.8) + (1, -2) + 0.1 (0.89, 2.18) = (1.639, -2.682); bias v = 6.
  optimizer->step(0.1);
  CHECK(is(p[0].tensor, {0.7261f, 2.4482f}));
  CHECK(is(p[1].tensor, {2.0f}));
}
