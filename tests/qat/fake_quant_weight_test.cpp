#include "qat/fake_quant_weight.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fake_quantize_learnable_per_channel_affine.h>
#include <ATen/ops/_fake_quantize_learnable_per_tensor_affine.h>
#include <ATen/ops/fake_quantize_per_channel_affine.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "operators.h"
#include "qat/training_pass.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

at::Tensor fake_quant_weight(T weight, T scale, bool observe, bool enabled, int64_t bits, int64_t axis,
                             bool learned) {
  return call_operator<at::Tensor(T, T, T, T, int64_t, int64_t, bool)>(
      "fake_quant_weight", weight, scale, flag(observe), flag(enabled), bits, axis, learned);
}

}  // namespace

TEST_CASE(
    "a weight, its gradient and that of its steps are LibTorch's, along any axis, in any order in memory") {
  const auto plain = noise({4, 6, 3, 3}, 8), other = noise({4, 6, 3, 3}, 9);
  for (const int64_t bits : {2, 4, 8})
    for (const int64_t axis : {0, 1})
      for (const auto& layout : kLayouts) {
        INFO(bits << " bits, axis " << axis << ", " << layout.name);
        const auto weight = layout.of(plain), dy = layout.of(other);
        const int64_t channels = weight.size(axis), qmax = (int64_t{1} << (bits - 1)) - 1,
                      qmin = bits < 8 ? -qmax - 1 : -qmax;
        const auto scale = (noise({channels}, 10).abs() + 0.5) / double(qmax);
        const auto ours =
            pass([&](T v, T s) { return fake_quant_weight(v, s, false, true, bits, axis, true); }, weight,
                 scale, dy);
        const auto theirs = pass(
            [&](T v, T s) {
              return at::_fake_quantize_learnable_per_channel_affine(
                  v, s, at::zeros({channels}), axis, qmin, qmax,
                  learned_factor(weight.numel() / channels, qmax));
            },
            weight, scale, dy);
        const auto through = pass(
            [&](T v, T) {
              return at::fake_quantize_per_channel_affine(v, scale, at::zeros({channels}, at::kInt), axis,
                                                          qmin, qmax);
            },
            weight, scale, dy);
        CHECK(ours.y.equal(through.y));
        CHECK(ours.dx.equal(through.dx));
        CHECK(ours.dscale.allclose(theirs.dscale, 1e-4, 1e-5));
      }
}

TEST_CASE("a weight with one scale is as LibTorch's with one scale") {
  const auto plain = noise({4, 6, 3, 3}, 8), dy = noise({4, 6, 3, 3}, 9);
  for (const auto& layout : kLayouts) {
    INFO(layout.name);
    const auto weight = layout.of(plain), scale = at::tensor({0.2F});
    const auto ours =
        pass([&](T v, T s) { return fake_quant_weight(v, s, false, true, 4, -1, true); }, weight, scale, dy);
    const auto theirs = pass(
        [&](T v, T s) {
          return at::_fake_quantize_learnable_per_tensor_affine(v, s, at::zeros({1}), -8, 7,
                                                                learned_factor(weight.numel(), 7));
        },
        weight, scale, dy);
    CHECK(ours.y.equal(theirs.y));
    CHECK(ours.dx.equal(theirs.dx));
    CHECK(ours.dscale.item<float>() == Approx(theirs.dscale.item<float>()).epsilon(1e-4));
  }
}

TEST_CASE("observed steps of a weight cover each channel, without gradients as well") {
  const auto weight = noise({4, 6, 3, 3}, 8);
  for (const int64_t axis : {-1, 0, 1}) {
    const auto rows = axis < 0 ? weight.reshape({1, -1}) : weight.transpose(0, axis).flatten(1);
    const auto expected = at::maximum(-rows.amin(1) / 8.4999, rows.amax(1) / 7.4999);
    auto scale = at::full_like(expected, 9);
    (void)fake_quant_weight(weight, scale, false, true, 4, axis, false);
    CHECK(scale.equal(at::full_like(expected, 9)));
    (void)fake_quant_weight(weight, scale, true, true, 4, axis, true);
    CHECK(scale.equal(at::full_like(expected, 9)));  // it is learned
    const at::NoGradGuard no_grad;
    (void)fake_quant_weight(weight, scale, true, true, 4, axis, false);
    CHECK(scale.allclose(expected, 1e-6));
  }
}

TEST_CASE("observed steps clip no weight: each has its gradient") {
  const auto weight = noise({4, 6, 3, 3}, 8), dy = noise({4, 6, 3, 3}, 9);
  for (const int64_t bits : {2, 3, 4, 5, 6, 7, 8})
    for (const double sign : {1, -1}) {
      INFO(bits << " bits");
      const auto passed = pass([&](T v, T s) { return fake_quant_weight(v, s, true, true, bits, 0, false); },
                               weight * sign, at::full({4}, 1.0), dy);
      CHECK(passed.dx.equal(dy));
      CHECK((passed.y - weight * sign).abs().amax().item<double>() > 0);
    }
}

TEST_CASE("a step of a weight that training pushed below zero does no harm") {
  for (const float step : {0.0F, -0.1F})
    CHECK(fake_quant_weight(noise({50}, 7), at::tensor({step}), false, true, 4, -1, true)
              .isfinite()
              .all()
              .item<bool>());
}

TEST_CASE("a weight that is not to be rounded is the weight itself") {
  const auto weight = noise({4, 6}, 8);
  CHECK(fake_quant_weight(weight, at::full({4}, 0.1), false, false, 4, 0, true).is_same(weight));
}
