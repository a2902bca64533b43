#include "simulate/site_switches.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/max.h>
#include <ATen/ops/tensor.h>

#include "graph/view.h"
#include "grid/affine.h"
#include "simulate/simulate.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

Recipe four_bits() {
  Recipe recipe;
  recipe.activation_bits = 4;
  return recipe;
}

/// y = weight * x, a 1x1 convolution of one channel. Four bits, so that a grid's steps are seen.
struct Convolution {
  at::Tensor x = at::tensor({-3.0F, -0.93F, 0.0F, 0.33F, 1.97F, 5.0F}).view({1, 1, 2, 3});
  Solution net =
      prepare(build({"return torch.conv2d(x, w)", {{"w", {1, 1, 1, 1}}}, {1, 1, 2, 3}}), x, four_bits());
  size_t input = site_of(SiteRole::kInput);
  Model simulated = simulate(net);

  [[nodiscard]] size_t site_of(SiteRole role) const {
    size_t i = 0;
    while (net.plan.sites[i].role != role) ++i;
    return i;
  }
  /// What the convolution makes in float of this input.
  at::Tensor of(const at::Tensor& input_values) { return net.model.forward({input_values})[0]; }
  at::Tensor run() { return simulated.forward({x})[0]; }
};

bool near(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>() < 2e-3; }

}  // namespace

TEST_CASE("a site is left in float, clipped or rounded as its switch says") {
  const at::NoGradGuard no_grad;
  Convolution conv;
  const auto& grid = conv.net.qparams[conv.input];
  SiteSwitches switches(conv.simulated, conv.net.plan);
  switches.set_all(SiteMode::kFloat);
  CHECK(near(conv.run(), conv.of(conv.x)));
  switches.set(conv.input, SiteMode::kClipped);
  CHECK(
      near(conv.run(), conv.of(conv.x.clamp(grid.low() - grid.scale() / 2, grid.high() + grid.scale() / 2))));
  switches.set(conv.input, SiteMode::kRounded);
  CHECK(near(conv.run(), conv.of(fake_quantize(conv.x, grid))));
  CHECK_FALSE(near(conv.run(), conv.of(conv.x)));
  switches.set(conv.input, SiteMode::kFloat);
  CHECK(near(conv.run(), conv.of(conv.x)));
}

TEST_CASE("all sites rounded is the simulation itself, whatever they were before") {
  const at::NoGradGuard no_grad;
  Convolution conv;
  const auto before = conv.run().clone();
  SiteSwitches switches(conv.simulated, conv.net.plan);
  switches.set_all(SiteMode::kClipped);
  CHECK_FALSE(near(conv.run(), before));
  switches.set_all(SiteMode::kRounded);
  CHECK((conv.run() - before).abs().max().item<double>() == 0);
}
