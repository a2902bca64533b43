#include "train/adamw.h"

#include "gradient_sample.h"  // brings LibTorch's own CHECK macro, which must not come after Catch2's

#include "catch.h"

using namespace qtool;

TEST_CASE("two steps of AdamW, by hand") {
  const auto p = parameters_with_gradients();
  const auto optimizer =
      make_optimizer({.kind = OptimizerKind::kAdamW, .weight_decay = 0.5, .beta1 = 0.9, .beta2 = 0.99}, p);
  // Bias correction makes the first step rate * sign(g); decay first: w (1 - 0.1 * 0.5).
  optimizer->step(0.1);
  CHECK(is(p[0].tensor, {0.95f - 0.1f, 1.9f + 0.1f}));
  CHECK(is(p[1].tensor, {2.9f}));
  // bias gradient 4 then 0: m = 0.9 * 0.4 = 0.36, v = 0.99 * 0.16 = 0.1584;
  // m / (1 - 0.81) = 1.894737, sqrt(v / (1 - 0.9801)) = 2.821319.
  p[0].tensor.mutable_grad().zero_();
  p[1].tensor.mutable_grad().zero_();
  optimizer->step(0.1);
  CHECK(p[1].tensor.item<float>() == Approx(2.9 - 0.1 * 1.894737 / 2.821319));
}
