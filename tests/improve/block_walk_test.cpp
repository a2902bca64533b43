#include "improve/block_walk.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include "catch.h"
#include "improve/one_batch.h"
#include "improve/residual_net.h"

using namespace qtool;

namespace {

using Texts = std::vector<std::string>;

Texts names_of_layers(const Solution& solution) {
  Texts names;
  for (const auto& op : solution.plan.operators)
    if (op.weight_site) names.push_back(op.name);
  return names;
}

}  // namespace

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

TEST_CASE("the error of a block is over that of its targets from their mean, summed over its outputs") {
  // 1 + 1 over 4 + 4; whole numbers are no error of rounding, and what does not vary has none
  const auto targets = at::tensor({0.0F, 4.0F}), outputs = at::tensor({1.0F, 3.0F});
  CHECK(relative_error({outputs}, {targets}) == 0.25);
  CHECK(relative_error({outputs, outputs}, {targets, targets}) == 0.5);
  CHECK(relative_error({outputs, at::tensor({5})}, {targets, at::tensor({7})}) == 0.25);
  CHECK(relative_error({outputs}, {at::tensor({2.0F, 2.0F})}) == 0);
}

TEST_CASE("a model without layers of its own has no blocks to fit") {
  auto solution = solved(residual());
  Progress progress;
  const auto batches = once(noise(residual().input, 4));
  for (auto& op : solution.plan.operators) op.weight_site.reset();
  const auto attempt =
      fit_blocks(solution, {solution.model, {}, batches, {}, progress}, {},
                 [](Solution&, const auto&, const BlockSamples&) { FAIL("nothing to fit"); });
  CHECK_FALSE(attempt.solution);
  CHECK_FALSE(attempt.why_not.empty());
}
