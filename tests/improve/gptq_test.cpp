#include "improve/gptq.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "calibrate/solve.h"
#include "catch.h"
#include "grid/affine.h"
#include "improve/block_walk.h"
#include "improve/one_batch.h"
#include "improve/simulated_error.h"
#include "simulate/simulate.h"
#include "small_net.h"

using namespace qtool;

namespace {

QParams steps_of(double scale, int64_t rows) {
  return {QuantScheme::weight(4, Granularity::kPerChannel, 0),
          at::tensor(std::vector<double>(size_t(rows), scale), at::kDouble),
          at::tensor(std::vector<int64_t>(size_t(rows), 0), at::kLong)};
}

}  // namespace

TEST_CASE("the error of a column moves to the one after it") {
  // Moments (2 1; 1 1): 0.4 becomes 0, and an error e of the first column is made good by -e * 1/1 in the second
  // (1/1.015 with the dampening): 0.3 + 0.39 becomes 1. The loss 2 a^2 + 2 a b + b^2 of the errors (a, b) falls from
  // 0.65 for (0.4, 0.3) to 0.25 for (0.4, -0.7).
  const auto moments = at::tensor({2.0, 1.0, 1.0, 1.0}, at::kDouble).reshape({2, 2});
  const auto rows = at::tensor({0.4F, 0.3F, -0.4F, -0.3F}).reshape({2, 2});
  CHECK(at::equal(gptq_round(rows, moments, steps_of(1, 2)).rows,
                  at::tensor({0.0F, 1.0F, 0.0F, -1.0F}).reshape({2, 2})));
}

TEST_CASE("the column with the larger moment is rounded first") {
  const auto moments = at::tensor({1.0, 1.0, 1.0, 2.0}, at::kDouble).reshape({2, 2});
  const auto rows = at::tensor({0.3F, 0.4F}).reshape({1, 2});
  CHECK(at::equal(gptq_round(rows, moments, steps_of(1, 1)).rows, at::tensor({1.0F, 0.0F}).reshape({1, 2})));
}

TEST_CASE("columns that do not depend on each other are rounded to the nearest") {
  const auto rows = noise({3, 200}, 1);
  const auto moments = at::tensor(std::vector<double>(200, 1.0), at::kDouble).diag();
  CHECK(at::equal(gptq_round(rows, moments, steps_of(0.3, 3)).rows, fake_quantize(rows, steps_of(0.3, 3))));
}

TEST_CASE("layers come nearer to the float model: linear ones and convolutions, in groups and strides, too") {
  for (const SmallNet& net :
       {small_classifier(),
        SmallNet{"return torch.conv2d(x, w, None, [2, 1], [1, 0], [1, 2], 3)", {{"w", {6, 1, 3, 3}}}},
        SmallNet{"return torch.conv1d(torch.flatten(x, 2), w, None, [2], [1])", {{"w", {6, 3, 5}}}}}) {
    // Neighbours in an image are alike.
    const auto x = noise({64, 3, 7, 1}, 5) + 0.3 * noise({64, 3, 7, 7}, 6);
    Recipe recipe;
    recipe.weight_bits = 3;
    const auto solution = prepare(build(net), x, recipe);
    Progress progress;
    const auto batches = once(x);
    const auto attempt = round_by_gptq(solution, {solution.model, {}, batches, {}, progress});
    REQUIRE(attempt.solution);
    INFO(net.body);
    CHECK(simulated_error(*attempt.solution, solution.model, x) <
          0.8 * simulated_error(solution, solution.model, x));
    for (size_t i = 0; i < solution.qparams.size(); ++i)
      CHECK(at::equal(attempt.solution->qparams[i].scales(), solution.qparams[i].scales()));
  }
}

TEST_CASE("groups are put in order whole, and each has scales of what its columns are when it is reached") {
  // The second group (columns 2 and 3) has the larger moments and comes first, column 3 before column 2; no column
  // depends on another. Scales of 4 bits are those of the columns' own values.
  const auto groups = QuantScheme::weight(4, Granularity::kPerChannel, 0).in_groups_of(2);
  const auto rows = noise({3, 4}, 1);
  const auto moments = at::tensor({1.0, 2.0, 3.0, 4.0}, at::kDouble).diag();
  const QParams before(groups, at::ones({6}, at::kDouble), at::zeros({6}, at::kLong));
  const auto apart = gptq_round(rows, moments, before);
  CHECK(apart.grid.scheme() == groups);
  CHECK(at::equal(apart.grid.scales(), solve_weight(rows, groups).scales()));
  CHECK(at::equal(apart.rows, fake_quantize(rows, solve_weight(rows, groups))));

  // Where they do depend, the first group has gone on its grid, and the other's scales are of what that left there.
  const auto x = noise({64, 1}, 2).expand({64, 4}) + 0.3 * noise({64, 4}, 3);
  const auto product =
      x.t().matmul(x).to(at::kDouble) + at::tensor({0.0, 0.0, 50.0, 50.0}, at::kDouble).diag();
  const auto tied = gptq_round(rows, product, before);
  const auto solved = solve_weight(rows, groups).scales().view({3, 2}),
             found = tied.grid.scales().view({3, 2});
  CHECK(at::equal(found.select(1, 1), solved.select(1, 1)));
  CHECK_FALSE(at::equal(found.select(1, 0), solved.select(1, 0)));
  CHECK(at::equal(fake_quantize(tied.rows, tied.grid), tied.rows));
}

TEST_CASE("in groups layers come nearer to the float model, too: linear ones and convolutions") {
  for (const SmallNet& net :
       {SmallNet{"return torch.linear(torch.flatten(x, 1), w)", {{"w", {9, 384}}}, {96, 6, 8, 8}},
        SmallNet{"return torch.conv2d(x, w, None, [1, 1], [1, 1], [1, 1], 2)",
                 {{"w", {6, 64, 3, 3}}},
                 {4, 128, 6, 6}}}) {
    const auto x = noise({net.input[0], net.input[1], net.input[2], 1}, 5) + 0.3 * noise(net.input, 6);
    INFO(net.body);
    for (const int64_t size : {64, 32}) {
      Recipe recipe;
      recipe.mode = Mode::kWeightOnly;
      recipe.weight_bits = 3;
      recipe.group_size = size;
      const auto solution = prepare(build(net), x, recipe, {.name = "x86", .weight_groups = true});
      REQUIRE(solution.plan.sites.at(0).scheme.group() == size);
      Progress progress;
      const auto batches = once(x);
      const auto attempt = round_by_gptq(solution, {solution.model, {}, batches, {}, progress});
      REQUIRE(attempt.solution);
      CHECK(simulated_error(*attempt.solution, solution.model, x) <
            0.8 * simulated_error(solution, solution.model, x));
    }
  }
}
