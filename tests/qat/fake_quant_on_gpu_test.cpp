#include "qat/fake_quant_on_gpu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <limits>
#include <vector>

#include "operators.h"
#include "qat/fake_quant_weight.h"
#include "qat/numbers.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

// On the CPU, against our own loops, which fake_quant_ops_test.cpp holds against LibTorch's.
using namespace qtool;

namespace {

struct Config {
  int64_t bits = 4;
  bool symmetric = false, learned = false, enabled = true, observes = false;
  double clip_low = -kInfinity, clip_high = kInfinity;
};

std::string to_string(const Config& c) {
  return std::to_string(c.bits) + " bits" + (c.symmetric ? ", symmetric" : "") +
         (c.learned ? ", learned" : "") + (c.enabled ? "" : ", not enabled") +
         (c.observes ? ", observes" : "") + ", clip " + std::to_string(c.clip_low) + " to " +
         std::to_string(c.clip_high);
}

/// What a forward and a backward pass leave behind.
struct GpuPass {
  at::Tensor y, dx, dscale, low, high, scale, zero_point;
};

template <class Function>
GpuPass pass(const Function& function, const at::Tensor& x, const at::Tensor& dy, double low = -1) {
  GpuPass p{.y = {},
            .dx = {},
            .dscale = {},
            .low = at::full({1}, low, at::kFloat),
            .high = at::tensor({3.0F}),
            .scale = at::tensor({0.1F}),
            .zero_point = at::full({1}, 3, at::kInt)};
  const auto leaf = x.detach().requires_grad_(true);
  p.y = function(leaf, p);
  p.y.backward(dy);
  p.y = p.y.detach();
  p.dx = leaf.grad();
  p.dscale = p.scale.grad();
  p.scale = p.scale.detach();
  return p;
}

GpuPass by_loops(const Config& c, const at::Tensor& x, const at::Tensor& dy, double low) {
  return pass(
      [&](const at::Tensor& v, GpuPass& p) {
        if (c.learned) p.scale.requires_grad_(true);
        return fake_quant_activation(v, p.low, p.high, p.scale, p.zero_point, flag(c.observes),
                                     flag(c.enabled), c.bits, c.symmetric, c.learned, c.clip_low,
                                     c.clip_high);
      },
      x, dy, low);
}

GpuPass on_gpu(const Config& c, const at::Tensor& x, const at::Tensor& dy, double low) {
  return pass(
      [&](const at::Tensor& v, GpuPass& p) {
        if (c.learned) p.scale.requires_grad_(true);
        const auto symmetry = c.symmetric ? Symmetry::kSymmetric : Symmetry::kAffine;
        return fake_quant_activation_on_gpu(
            v,
            {p.low, p.high, p.scale, p.zero_point, flag(c.enabled), QuantScheme::activation(c.bits, symmetry),
             c.observes && !c.learned, c.clip_low, c.clip_high},
            c.learned);
      },
      x, dy, low);
}

bool close(const at::Tensor& a, const at::Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  return a.allclose(b, 1e-4, 1e-6);
}

void check_same(const GpuPass& ours, const GpuPass& loops) {
  CHECK(close(ours.y, loops.y));
  CHECK(close(ours.dx, loops.dx));
  CHECK(close(ours.dscale, loops.dscale));
  CHECK(close(ours.low, loops.low));
  CHECK(close(ours.high, loops.high));
  CHECK(close(ours.scale, loops.scale));
  CHECK(ours.zero_point.equal(loops.zero_point));
}

std::vector<Config> configs() {
  std::vector<Config> all;
  for (const int64_t bits : {2, 4, 8})
    for (const bool symmetric : {false, true})
      for (const bool learned : {false, true})
        for (const bool enabled : {false, true})
          for (const bool observes : {false, true})
            for (const auto& [low, high] :
                 {std::pair{-kInfinity, kInfinity}, {0.0, kInfinity}, {-0.3, 0.5}, {-1.0, 5.0}})
              all.push_back({bits, symmetric, learned, enabled, observes, low, high});
  return all;
}

}  // namespace

TEST_CASE("an activation by LibTorch's operators is that of our loops: values, gradients, range and grid") {
  auto x = noise({4, 3, 5, 7}, 1) * 3;
  x.view(-1).slice(0, 0, 3).copy_(at::tensor({0.0F, -0.3F, 0.5F}));
  const auto dy = noise({4, 3, 5, 7}, 2);
  for (const auto& config : configs())
    for (const double low : {-1.0, -kInfinity}) {
      INFO(to_string(config) << ", low " << low);
      check_same(on_gpu(config, x, dy, low), by_loops(config, x, dy, low));
    }
}

TEST_CASE("values that are not finite move no range on a GPU either") {
  const auto dy = noise({4}, 3);
  for (const float bad : {INFINITY, NAN}) {
    const auto p = on_gpu({.observes = true}, at::full({4}, bad), dy, -1);
    CHECK(p.low.item<float>() == -1);
    CHECK(p.scale.item<float>() == 0.1F);
    CHECK(p.zero_point.item<int>() == 3);
  }
}

TEST_CASE("infinity goes to the end of the grid or the clip and NaN stays NaN, as in our loops") {
  const auto x = at::tensor({INFINITY, -INFINITY, NAN, 0.12F, 1e30F, -1e30F}), dy = at::ones({6});
  for (const auto& config : configs()) {
    INFO(to_string(config));
    const auto ours = on_gpu(config, x, dy, -1), loops = by_loops(config, x, dy, -1);
    CHECK(ours.y.allclose(loops.y, 1e-4, 1e-6, /*equal_nan=*/true));
    CHECK(ours.y[2].isnan().item<bool>());
  }
}

TEST_CASE("a weight by LibTorch's operators is that of our loops, along any axis") {
  const auto weight = noise({4, 6, 3, 3}, 8), dy = noise({4, 6, 3, 3}, 9);
  for (const int64_t bits : {2, 4, 8})
    for (const int64_t axis : {-1, 0, 1})
      for (const bool learned : {false, true})
        for (const bool observes : {false, true}) {
          INFO(bits << " bits, axis " << axis << (learned ? ", learned" : "")
                    << (observes ? ", observes" : ""));
          const auto channels = axis < 0 ? 1 : weight.size(axis);
          const auto run = [&](bool gpu) {
            return pass(
                [&](const at::Tensor& v, GpuPass& p) {
                  p.scale = noise({channels}, 10).abs() + 0.05;
                  if (learned) p.scale.requires_grad_(true);
                  if (gpu)
                    return fake_quant_weight_on_gpu(v, p.scale, observes && !learned, true,
                                                    QuantScheme::weight(bits, Granularity::kPerChannel, 0),
                                                    axis, learned);
                  return fake_quant_weight(v, p.scale, flag(observes), flag(true), bits, axis, learned);
                },
                weight, dy);
          };
          const auto ours = run(true), loops = run(false);
          CHECK(close(ours.y, loops.y));
          CHECK(close(ours.dx, loops.dx));
          CHECK(close(ours.scale, loops.scale));
          if (learned) CHECK(close(ours.dscale, loops.dscale));
        }
}

TEST_CASE("a weight that is not to be rounded stays the same tensor on a GPU, too") {
  const auto weight = noise({4, 6}, 8), scale = at::full({4}, 0.1);
  const auto scheme = QuantScheme::weight(4, Granularity::kPerChannel, 0);
  CHECK(fake_quant_weight_on_gpu(weight, scale, false, false, scheme, 0, false).is_same(weight));
}
