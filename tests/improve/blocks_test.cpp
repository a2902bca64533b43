#include "improve/blocks.h"

#include <ATen/ops/equal.h>

#include "catch.h"
#include "improve/block_walk.h"
#include "simulate/simulate.h"
#include "small_net.h"

using namespace qtool;

namespace {

using Texts = std::vector<std::string>;

/// A stem, a residual block with two layers, a pool, and a classifier.
SmallNet residual() {
  return {
      "a = torch.relu(torch.conv2d(x, w1)); "
      "b = torch.relu(torch.conv2d(torch.relu(torch.conv2d(a, w2)), w3) + a); "
      "return torch.linear(torch.flatten(torch.adaptive_avg_pool2d(b, 1), 1), w4)",
      {{"w1", {4, 3, 1, 1}}, {"w2", {4, 4, 1, 1}}, {"w3", {4, 4, 1, 1}}, {"w4", {5, 4}}},
      {6, 3, 5, 5}};
}

Solution solved(const SmallNet& net) {
  Recipe recipe;
  recipe.weight_bits = 4;
  return prepare(build(net), noise(net.input, 3), recipe);
}

Batches batches_of(const at::Tensor& x, int64_t count) {
  return {count, [x, count]() -> BatchSource {
            return [x, count, next = int64_t(0)]() mutable -> std::vector<at::Tensor> {
              return next++ < count ? std::vector<at::Tensor>{x} : std::vector<at::Tensor>{};
            };
          }};
}

Texts names_of_layers(const Solution& solution) {
  Texts names;
  for (const auto& op : solution.plan.operators)
    if (op.weight_site) names.push_back(op.name);
  return names;
}

}  // namespace

TEST_CASE("blocks end after joins, and no layer is parted from the relu that its kernel does") {
  const auto solution = solved(residual());
  const auto ends = block_ends(solution.plan, cut_places(solution.model));
  CHECK(ends == Texts{"relu", "relu#3"});
}

TEST_CASE("a part of a solution simulates as it does in the whole") {
  const auto net = residual();
  const auto solution = solved(net);
  auto whole = simulate(solution);
  std::vector<at::Tensor> values = {noise(net.input, 4)};
  const auto expected = whole.forward(values);
  size_t sites = 0;
  for (auto& part : cut(solution.model, {"relu", "relu#3"})) {
    const auto block = part_of(solution, std::move(part));
    for (size_t i = 0; i < block.sites.size(); ++i)
      CHECK(block.solution.plan.sites[i].name == solution.plan.sites[block.sites[i]].name);
    sites += block.sites.size();
    values = simulate(block.solution).forward(values);
  }
  CHECK(at::equal(values[0], expected[0]));
  CHECK(sites >= solution.plan.sites.size());
}

TEST_CASE("each block gets what the blocks before it give, and what the float model makes of its own") {
  const auto net = residual();
  auto solution = solved(net);
  const auto x = noise(net.input, 4);
  Progress progress;
  const auto batches = batches_of(x, 3);
  std::vector<Texts> seen;
  walk_blocks(solution, {solution.model, {}, batches, {}, progress}, {.samples = 16, .batch = 4},
              [&](Solution& block, const BlockSamples& samples) {
                seen.push_back(names_of_layers(block));
                CHECK(samples.count == 16);
                CHECK(samples.batch == 4);
                REQUIRE(samples.quantized.size() == 1);
                CHECK(samples.quantized[0].size(0) == 16);
                if (seen.size() == 1) CHECK(at::equal(samples.quantized[0].narrow(0, 0, 6), x));
                auto part = block.model.shared();
                CHECK(at::equal(run_all(part, samples.reference, 4)[0], samples.targets[0]));
                if (seen.size() > 1) CHECK(!at::equal(samples.reference[0], samples.quantized[0]));
              });
  CHECK(seen == std::vector<Texts>{{"conv2d"}, {"conv2d#2", "conv2d#3"}, {"linear"}});
}

TEST_CASE("fewer samples are held where there is little memory") {
  const auto net = residual();
  auto solution = solved(net);
  Progress progress;
  const auto batches = batches_of(noise(net.input, 4), 3);
  // a sample of the first relu is 4x5x5 floats, held three times
  walk_blocks(solution, {solution.model, {}, batches, {}, progress},
              {.samples = 16, .batch = 4, .memory = 3 * 4 * 25 * 4 * 9},
              [&](Solution&, const BlockSamples& samples) { CHECK(samples.count == 8); });
}
