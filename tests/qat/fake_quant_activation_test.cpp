#include "qat/fake_quant_activation.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fake_quantize_learnable_per_tensor_affine.h>
#include <ATen/ops/fake_quantize_per_tensor_affine.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <vector>

#include "grid/qparams.h"
#include "operators.h"
#include "qat/numbers.h"
#include "qat/training_pass.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// The operator on an activation, with its state.
struct Activation {
  at::Tensor low = at::tensor({-1.0F}), high = at::tensor({3.0F});
  at::Tensor scale = at::tensor({0.1F}), zero_point = at::full({1}, 3, at::kInt);
  at::Tensor observe = flag(false), enabled = flag(true);
  int64_t bits = 4;
  bool symmetric = false, learned = false;
  double clip_low = -kInfinity, clip_high = kInfinity;

  [[nodiscard]] int64_t qmax() const { return (int64_t{1} << bits) - 1; }
  at::Tensor operator()(const at::Tensor& x) const {
    return call_operator<at::Tensor(T, T, T, T, T, T, T, int64_t, bool, bool, double, double)>(
        "fake_quant_activation", x, low, high, scale, zero_point, observe, enabled, bits, symmetric, learned,
        clip_low, clip_high);
  }
};

}  // namespace

TEST_CASE("an activation and its straight-through gradient are LibTorch's, in any order in memory") {
  const auto plain = noise({2, 3, 5, 7}, 1), other = noise({2, 3, 5, 7}, 2);
  for (const int64_t bits : {2, 4, 8})
    for (const auto& in : kLayouts)
      for (const auto& out : kLayouts) {
        INFO(bits << " bits, x " << in.name << ", gradient " << out.name);
        const Activation op{.bits = bits};
        const auto x = in.of(plain), dy = out.of(other);
        const auto ours = pass([&](T v, T) { return op(v); }, x, op.scale, dy);
        const auto theirs =
            pass([&](T v, T) { return at::fake_quantize_per_tensor_affine(v, 0.1F, 3, 0, op.qmax()); }, x,
                 op.scale, dy);
        CHECK(ours.y.equal(theirs.y));
        CHECK(ours.dx.equal(theirs.dx));
        CHECK(!ours.dscale.defined());
      }
}

TEST_CASE("a gradient that is one number for all values is taken, too") {
  const Activation op;
  const auto x = noise({2, 3, 5, 7}, 1).requires_grad_(true);
  op(x).sum().backward();
  CHECK(x.grad().sum().item<float>() > 0);
  CHECK(((x.grad() == 0).logical_or(x.grad() == 1)).all().item<bool>());
}

TEST_CASE("a learned step of an activation has LibTorch's gradient, but for its scale") {
  const auto plain = noise({2, 3, 5, 7}, 1), other = noise({2, 3, 5, 7}, 2);
  for (const int64_t bits : {2, 4, 8})
    for (const auto& layout : kLayouts) {
      INFO(bits << " bits, " << layout.name);
      Activation op{.bits = bits, .learned = true};
      const auto x = layout.of(plain), dy = layout.of(other);
      const auto ours = pass(
          [&](T v, T scale) {
            op.scale = scale;
            return op(v);
          },
          x, at::tensor({0.1F}), dy);
      const auto theirs = pass(
          [&](T v, T scale) {
            return at::_fake_quantize_learnable_per_tensor_affine(v, scale, at::tensor({3.0F}), 0, op.qmax(),
                                                                  learned_factor(x.numel(), op.qmax()));
          },
          x, at::tensor({0.1F}), dy);
      CHECK(ours.y.equal(theirs.y));
      CHECK(ours.dx.equal(theirs.dx));
      REQUIRE(ours.dscale.defined());
      CHECK(ours.dscale.item<float>() == Approx(theirs.dscale.item<float>()).epsilon(1e-4));
    }
}

TEST_CASE("where all is clipped the gradient of a learned step is that of finite differences") {
  // Between two steps the straight-through gradient is not a derivative; beyond the grid it is one.
  const auto x = at::tensor({-50.0F, 40.0F, 70.0F}), dy = at::tensor({1.0F, 2.0F, -0.5F});
  Activation op{.learned = true};
  const auto at_step = [&](float step) {
    op.scale = at::tensor({step});
    const at::NoGradGuard no_grad;
    return (op(x) * dy).sum().item<double>();
  };
  const double slope = (at_step(0.11F) - at_step(0.09F)) / 0.02;
  const auto ours = pass(
      [&](T v, T scale) {
        op.scale = scale;
        return op(v);
      },
      x, at::tensor({0.1F}), dy);
  CHECK(ours.dscale.item<double>() == Approx(slope * learned_factor(3, 15)).epsilon(1e-3));
}

TEST_CASE("the work of relu and hardtanh is done as well, with their gradients") {
  struct Case {
    const char* name;
    double low, high;
    at::Tensor (*clip)(const at::Tensor&);
  };
  const std::vector<Case> cases = {
      {"relu", 0, kInfinity, [](const at::Tensor& x) { return at::relu(x); }},
      {"relu6", 0, 6, [](const at::Tensor& x) { return at::hardtanh(x, 0, 6); }},
      {"hardtanh", -0.3, 0.5, [](const at::Tensor& x) { return at::hardtanh(x, -0.3, 0.5); }}};
  auto x = noise({4, 3, 5, 5}, 3) * 4;
  x.view(-1).slice(0, 0, 4).copy_(at::tensor({0.0F, 6.0F, -0.3F, 0.5F}));
  const auto dy = noise({4, 3, 5, 5}, 4);
  for (const auto& [name, low, high, clip] : cases)
    for (const bool learned : {false, true})
      for (const bool enabled : {true, false}) {
        INFO(name << (learned ? ", learned" : "") << (enabled ? "" : ", not enabled"));
        Activation one{.enabled = flag(enabled), .bits = 5, .learned = learned}, two = one;
        one.clip_low = low;
        one.clip_high = high;
        const auto together = pass(
            [&](T v, T scale) {
              if (learned) one.scale = scale;
              return one(v);
            },
            x, at::tensor({0.1F}), dy);
        const auto apart = pass(
            [&, clip = clip](T v, T scale) {
              if (learned) two.scale = scale;
              return two(clip(v));
            },
            x, at::tensor({0.1F}), dy);
        CHECK(together.y.equal(apart.y));
        CHECK(together.dx.equal(apart.dx));
        REQUIRE(together.dscale.defined() == (learned && enabled));
        if (learned && enabled)
          CHECK(together.dscale.item<float>() == Approx(apart.dscale.item<float>()).epsilon(1e-4));
      }
}

TEST_CASE("a clip without fake-quant has the gradient of finite differences") {
  const auto x = noise({60}, 5), dy = noise({60}, 6);
  const Activation op{.enabled = flag(false), .clip_low = 0, .clip_high = 1};
  const auto ours = pass([&](T v, T) { return op(v); }, x, op.scale, dy);
  constexpr float kStep = 1e-3F;
  for (int64_t i = 0; i < x.numel(); ++i) {
    const auto moved = [&](float by) {
      auto y = x.clone();
      y[i] += by;
      return (op(y) * dy).sum(at::kDouble).item<double>();
    };
    const float value = x[i].item<float>();
    if (std::fabs(value) < 2 * kStep || std::fabs(value - 1) < 2 * kStep) continue;
    CHECK((moved(kStep) - moved(-kStep)) / (2 * kStep) == Approx(ours.dx[i].item<double>()).margin(2e-3));
  }
}

TEST_CASE("observing moves range and grid by a hundredth, for the next step") {
  for (const bool symmetric : {false, true}) {
    const Activation op{.observe = flag(true), .bits = 8, .symmetric = symmetric};
    const Activation old{.bits = 8, .symmetric = symmetric};
    const auto x = at::tensor({-5.0F, 0.25F, 12.0F});
    CHECK(op(x).equal(old(x)));
    CHECK(op.low.item<float>() == Approx(-1 + 0.01 * (-5 + 1)));
    CHECK(op.high.item<float>() == Approx(3 + 0.01 * (12 - 3)));
    const auto next = cover(QuantScheme::activation(8, symmetric ? Symmetry::kSymmetric : Symmetry::kAffine),
                            op.low.item<float>(), op.high.item<float>());
    CHECK(op.scale.item<float>() == float(next.scale));
    CHECK(op.zero_point.item<int>() == next.zero_point);
  }
}

TEST_CASE("what is observed is the range after the clip") {
  const Activation op{.observe = flag(true), .clip_low = 0, .clip_high = 6};
  (void)op(at::tensor({-5.0F, 12.0F}));
  CHECK(op.low.item<float>() == Approx(-1 + 0.01 * 1));
  CHECK(op.high.item<float>() == Approx(3 + 0.01 * 3));
}

TEST_CASE("the first batch is the range where there is none yet") {
  const Activation op{
      .low = at::full({1}, kInfinity), .high = at::full({1}, -kInfinity), .observe = flag(true)};
  (void)op(at::tensor({-2.0F, 5.0F}));
  CHECK(op.low.item<float>() == -2);
  CHECK(op.high.item<float>() == 5);
}

TEST_CASE(
    "nothing is observed without gradients, when switched off, where the step is learned, and of infinity") {
  const auto unmoved = [](const Activation& op, const at::Tensor& x) {
    (void)op(x);
    return op.low.item<float>() == -1 && op.high.item<float>() == 3 && op.scale.item<float>() == 0.1F &&
           op.zero_point.item<int>() == 3;
  };
  const auto x = at::tensor({-5.0F, 12.0F});
  CHECK(unmoved({.observe = flag(false)}, x));
  CHECK(unmoved({.observe = flag(true), .learned = true}, x));
  CHECK(unmoved({.observe = flag(true)}, at::full({4}, kInfinity)));
  CHECK(unmoved({.observe = flag(true)}, at::full({4}, NAN)));
  CHECK(!unmoved({.observe = flag(true)}, x));
  const at::NoGradGuard no_grad;
  CHECK(unmoved({.observe = flag(true)}, x));
}

TEST_CASE("a step that training pushed below zero does no harm") {
  const auto x = noise({50}, 7);
  for (const float step : {0.0F, -0.1F}) {
    Activation op{.learned = true};
    const auto ours = pass(
        [&](T v, T scale) {
          op.scale = scale;
          return op(v);
        },
        x, at::tensor({step}), at::ones_like(x));
    CHECK(ours.y.isfinite().all().item<bool>());
    CHECK(std::isfinite(ours.dscale.item<float>()));
  }
}
