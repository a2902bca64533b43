#include "improve/learned_rounding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "catch.h"
#include "graph/builder.h"
#include "grid/affine.h"
#include "improve/one_batch.h"
#include "improve/rounded_weight.h"
#include "improve/simulated_error.h"
#include "plan/site_weights.h"
#include "simulate/simulate.h"
#include "small_net.h"

using namespace qtool;

namespace {

/// A linear layer of one output.
Model one_output(const at::Tensor& weight) {
  ModuleBuilder module("Net");
  module.parameter("w", weight);
  return module.define("def forward(self, x):\n  return torch.linear(x, self.w)").build();
}

Recipe bits(int64_t of_weights, int64_t of_activations = 8) {
  Recipe recipe;
  recipe.weight_bits = of_weights;
  recipe.activation_bits = of_activations;
  return recipe;
}

Solution learned(const Solution& solution, const at::Tensor& x, const LearnedRoundingOptions& options) {
  Progress progress;
  const auto batches = once(x);
  auto attempt =
      learn_rounding_by_blocks(solution, {solution.model, {}, batches, {}, progress}, {.batch = 16}, options);
  REQUIRE(attempt.solution);
  return *std::move(attempt.solution);
}

/// The grid of the one weight.
size_t weight_site(const Solution& solution) {
  const auto& sites = solution.plan.sites;
  return static_cast<size_t>(std::find_if(sites.begin(), sites.end(),
                                          [](const Site& site) { return site.role == SiteRole::kWeight; }) -
                             sites.begin());
}

at::Tensor integers_of(const Solution& solution) {
  const auto site = weight_site(solution);
  return quantize(site_weights(solution.model, solution.plan)[site], solution.qparams[site]);
}

double error_of(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& rounded) {
  return (x.matmul(weight.t()) - x.matmul(rounded.t())).square().sum().item<double>();
}

}  // namespace

TEST_CASE("a learned rounding is the best of all, where rounding each weight to its nearest is not") {
  // Inputs that are almost the same number: what counts is the sum of the errors.
  const auto weight = at::tensor({0.20F, 1.48F, -1.70F}).reshape({1, 3});
  const auto x = noise({64, 1}, 1).expand({64, 3}) + 0.5 * noise({64, 3}, 2);
  auto solution = prepare(one_output(weight), x, bits(4));
  const auto site = weight_site(solution);
  solution.qparams[site] =
      QParams(solution.qparams[site].scheme(), at::tensor({1.0}, at::kDouble), at::tensor({0}, at::kLong));
  const auto nearest = fake_quantize(weight, solution.qparams[site]);
  at::Tensor best = nearest;
  for (int64_t choice = 0; choice < 8; ++choice) {
    auto rounded = weight.floor();
    for (int64_t i = 0; i < 3; ++i) rounded[0][i] += static_cast<double>((choice >> i) & 1);
    if (error_of(x, weight, rounded) < error_of(x, weight, best)) best = rounded;
  }
  REQUIRE(error_of(x, weight, best) < error_of(x, weight, nearest) / 4);
  const auto result = learned(solution, x, {.steps = 1000, .scale_rate = 0, .bias_rate = 0, .dropped = 0});
  INFO(integers_of(result) << best << error_of(x, weight, integers_of(result).to(at::kFloat)) << " "
                           << error_of(x, weight, best) << " " << error_of(x, weight, nearest));
  CHECK(at::equal(integers_of(result).to(at::kFloat), best));
  CHECK(result.qparams[site].scales().item<double>() == 1);
}

TEST_CASE("weights begin where they were, and end as values that round to themselves") {
  const auto weight = noise({3, 50}, 1);
  for (int64_t bits = 2; bits <= 8; ++bits)
    for (const auto granularity : {Granularity::kPerChannel, Granularity::kPerTensor}) {
      const auto scheme = QuantScheme::weight(bits, granularity, 0);
      const int64_t scales = granularity == Granularity::kPerChannel ? 3 : 1;
      const QParams grid(
          scheme, at::tensor({0.9, 0.77, 1.3}, at::kDouble).narrow(0, 0, scales) / double(1 << (bits - 2)),
          at::tensor({0, 0, 0}, at::kLong).narrow(0, 0, scales));
      const auto copy = weight.clone();
      RoundedWeight rounded(copy, grid);
      rounded.write_soft();
      const auto inside = weight.abs().lt(0.7);
      CHECK((copy - weight).abs().masked_select(inside).max().item<double>() < 0.02 * 1.3);
      for (int step = 0; step < 20; ++step) {
        rounded.write_soft();
        rounded.step(noise({3, 50}, static_cast<uint64_t>(step)), {0.05, 0.01, 0.1, 4});
      }
      rounded.write_hard();
      CHECK(at::equal(fake_quantize(copy, rounded.grid()), copy));
      CHECK(!at::equal(rounded.grid().scales(), grid.scales()));
      rounded.write_back();
      CHECK(at::equal(copy, weight));
    }
}

TEST_CASE("the gradient of a weight's rounding and scale is that of finite differences") {
  const auto weight = noise({2, 3}, 1), direction = noise({2, 3}, 2);
  const QParams grid(QuantScheme::weight(3, Granularity::kPerChannel, 0), at::tensor({0.6, 0.5}, at::kDouble),
                     at::tensor({0, 0}, at::kLong));
  // A step of Adam is its rate times the sign of the gradient, at first.
  const auto copy = weight.clone();
  RoundedWeight rounded(copy, grid);
  rounded.write_soft();
  const auto before = (copy * direction).sum().item<double>();
  rounded.step(direction, {.rounding = 1e-3, .scale = 0, .sharpness = 0, .power = 2});
  rounded.write_soft();
  const auto after_rounding = (copy * direction).sum().item<double>();
  CHECK(after_rounding < before);
  rounded.step(at::zeros_like(direction), {0, 0, 0, 2});
  RoundedWeight scaled(copy, grid);
  scaled.write_soft();
  const auto unscaled = (copy * direction).sum(1);
  scaled.step(direction, {.rounding = 0, .scale = 1e-3, .sharpness = 0, .power = 2});
  scaled.write_soft();
  CHECK((copy * direction).sum(1).lt(unscaled).all().item<bool>());
}

TEST_CASE("blocks of a network come nearer to it, and the given solution stays as it was") {
  const auto net = small_classifier();
  const auto model = build(net);
  const auto x = noise({32, 3, 7, 7}, 5);
  for (const Recipe& recipe : {bits(2), bits(3, 4)}) {
    const auto solution = prepare(model, x, recipe);
    const double before = simulated_error(solution, solution.model, x);
    const auto integers = integers_of(solution).clone();
    const auto result = learned(solution, x, {.steps = 100});
    CHECK(simulated_error(result, solution.model, x) < before * 0.7);
    CHECK(at::equal(integers_of(solution), integers));
    CHECK(simulated_error(solution, solution.model, x) == before);
    for (const auto& [name, tensor] : result.model.parameters()) CHECK(!tensor.grad().defined());
  }
}

TEST_CASE("two runs learn the same") {
  const auto x = noise({64, 3, 7, 7}, 5);
  const auto solution = prepare(build(small_classifier()), x, bits(2, 4));
  const auto one = learned(solution, x, {.steps = 40}), other = learned(solution, x, {.steps = 40});
  const auto first = one.model.parameters(), second = other.model.parameters();
  REQUIRE(first.size() == second.size());
  for (size_t i = 0; i < first.size(); ++i) CHECK(at::equal(first[i].tensor, second[i].tensor));
  for (size_t i = 0; i < one.qparams.size(); ++i)
    CHECK(at::equal(one.qparams[i].scales(), other.qparams[i].scales()));
}

TEST_CASE("an interrupt ends it, and leaves the given solution as it was") {
  struct Interrupted : Progress {
    void update(int64_t done, int64_t, const std::string&) override {
      if (done == 3) throw std::runtime_error("enough");
    }
  } progress;
  const auto x = noise({32, 3, 7, 7}, 5);
  const auto solution = prepare(build(small_classifier()), x, bits(2));
  const double before = simulated_error(solution, solution.model, x);
  const auto batches = once(x);
  CHECK_THROWS_WITH(learn_rounding(solution, {solution.model, {}, batches, {}, progress}), "enough");
  CHECK(simulated_error(solution, solution.model, x) == before);
}

TEST_CASE("weights in groups learn their rounding and each group's scale") {
  const auto weight = noise({4, 64}, 1);
  const auto x = noise({96, 1}, 2).expand({96, 64}) + 0.5 * noise({96, 64}, 3);
  auto recipe = bits(3);
  recipe.mode = Mode::kWeightOnly;
  recipe.group_size = 32;
  const auto solution = prepare(one_output(weight), x, recipe, {.name = "x86", .weight_groups = true});
  const auto result = learned(solution, x, {.steps = 300});
  CHECK(result.qparams[weight_site(result)].scales().numel() == 8);
  CHECK(result.qparams[weight_site(result)].scheme() == solution.qparams[weight_site(solution)].scheme());
  CHECK(simulated_error(result, solution.model, x) < 0.5 * simulated_error(solution, solution.model, x));
}
