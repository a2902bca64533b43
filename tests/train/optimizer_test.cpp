#include "train/optimizer.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

/// A weight [1, 2] and a bias [1] with gradients (1, -2) and 4.
std::vector<NamedTensor> parameters() {
  std::vector<NamedTensor> result{{"weight", at::tensor({1.0f, 2.0f}).view({1, 2})},
                                  {"bias", at::tensor({3.0f})}};
  for (auto& parameter : result) parameter.tensor.set_requires_grad(true);
  result[0].tensor.mutable_grad() = at::tensor({1.0f, -2.0f}).view({1, 2});
  result[1].tensor.mutable_grad() = at::tensor({4.0f});
  return result;
}

bool is(const at::Tensor& tensor, std::initializer_list<float> values) {
  const auto expected = at::tensor(at::ArrayRef<float>(values));
  return at::allclose(tensor.detach().flatten(), expected, 1e-6, 1e-7);
}

}  // namespace

TEST_CASE("two steps of SGD with momentum and decay, by hand") {
  const auto p = parameters();
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

TEST_CASE("two steps of AdamW, by hand") {
  const auto p = parameters();
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

TEST_CASE("a parameter without a gradient is left alone") {
  for (const auto kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    const auto p = parameters();
    const auto optimizer = make_optimizer({.kind = kind}, p);
    optimizer->zero_grad();
    optimizer->step(0.1);
    CHECK(is(p[0].tensor, {1, 2}));
    CHECK(is(p[1].tensor, {3}));
  }
}

TEST_CASE("a copied state goes on as the original does") {
  for (const auto kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    const auto p = parameters(), q = parameters();
    const auto first = make_optimizer({.kind = kind}, p), second = make_optimizer({.kind = kind}, q);
    first->step(0.1);
    for (size_t i = 0; i < p.size(); ++i) q[i].tensor.detach().copy_(p[i].tensor.detach());
    for (size_t i = 0; i < first->state().size(); ++i) {
      CHECK(first->state()[i].name == second->state()[i].name);
      second->state()[i].tensor.copy_(first->state()[i].tensor);
    }
    first->step(0.1);
    second->step(0.1);
    for (size_t i = 0; i < p.size(); ++i) CHECK(p[i].tensor.equal(q[i].tensor));
  }
}

TEST_CASE("clipping scales the whole gradient to the norm") {
  const auto p = parameters();
  const double norm = std::sqrt(1.0 + 4 + 16);
  CHECK(clip_gradient_norm(p, 100) == Approx(norm));
  CHECK(is(p[1].tensor.grad(), {4}));
  CHECK(clip_gradient_norm(p, 1) == Approx(norm));
  CHECK(is(p[0].tensor.grad(), {float(1 / norm), float(-2 / norm)}));
  CHECK(clip_gradient_norm(p, 1) == Approx(1));
}

TEST_CASE("rates that are not given depend on the optimizer") {
  CHECK(OptimizerOptions{.kind = OptimizerKind::kSgd}.peak_learning_rate() == 0.1);
  CHECK(OptimizerOptions{.kind = OptimizerKind::kAdamW}.peak_learning_rate() == 0.002);
  CHECK(OptimizerOptions{.learning_rate = 0.3}.peak_learning_rate() == 0.3);
  CHECK(OptimizerOptions{.weight_decay = 0.0}.decay() == 0);
}
