#include "improve/correct_outputs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include "catch.h"
#include "graph/builder.h"
#include "improve/one_batch.h"
#include "small_net.h"

using namespace qtool;

namespace {

/// A linear layer with weights 1 and 0.5 for one output, which 2 bits (steps of 1, or of 0.5) cannot both hold.
Model one_output() {
  ModuleBuilder module("Net");
  module.parameter("w", at::tensor({1.0F, 0.5F}).view({1, 2}));
  return module.define("def forward(self, x):\n  return torch.linear(x, self.w)").build();
}

Attempt corrected(const Solution& solution, const at::Tensor& x, Correction correction) {
  Progress progress;
  const auto batches = once(x);
  return correct_outputs(solution, {solution.model, {}, batches, {}, progress}, correction);
}

/// The grid of the weight replaced: one scale for each output.
Solution with_weight_scale(Solution solution, double scale) {
  for (auto& qparams : solution.qparams)
    if (qparams.scheme().granularity() == Granularity::kPerChannel)
      qparams = QParams(qparams.scheme(), at::tensor({scale}, at::kDouble), at::tensor({0}, at::kLong));
  return solution;
}

const QParams& weight_grid(const Solution& solution) {
  for (const auto& qparams : solution.qparams)
    if (qparams.scheme().granularity() == Granularity::kPerChannel) return qparams;
  throw std::logic_error("no weight");
}

}  // namespace

TEST_CASE("biases give back what rounding took from the mean") {
  // With steps of 1, 0.5 becomes 0: of inputs (0, 2) and (2, 4) the outputs 1 and 4 become 0 and 2.
  const auto x = at::tensor({0.0F, 2.0F, 2.0F, 4.0F}).view({2, 2});
  const auto solution = with_weight_scale(prepare(one_output(), x), 1);
  const auto attempt = corrected(solution, x, Correction::kMean);
  REQUIRE(attempt.solution);
  const auto tensors = attempt.solution->model.parameters();
  REQUIRE(tensors.size() == 2);
  for (const auto& [name, tensor] : tensors) {
    if (tensor.numel() == 2)
      CHECK(tensor.equal(at::tensor({1.0F, 0.5F}).view({1, 2})));
    else
      CHECK_THAT(tensor.item<float>(), Catch::Matchers::WithinAbs(1.5, 0.02));  // 2.5 less 1
  }
  CHECK(solution.model.parameters().size() == 1);  // the given one is as it was
}

TEST_CASE("scales give back what rounding took from the deviation, and integers stay") {
  const auto x = at::tensor({0.0F, 2.0F, 2.0F, 4.0F}).view({2, 2});
  const auto solution = with_weight_scale(prepare(one_output(), x), 1);
  const auto attempt = corrected(solution, x, Correction::kMeanAndDeviation);
  REQUIRE(attempt.solution);
  // Deviations are 1.5 in float and 1 rounded: a factor of 1.5, then means of 2.5 and 1.5.
  CHECK_THAT(weight_grid(*attempt.solution).scales().item<double>(), Catch::Matchers::WithinAbs(1.5, 0.02));
  for (const auto& [name, tensor] : attempt.solution->model.parameters()) {
    if (tensor.numel() == 2)
      CHECK_THAT(tensor[0][1].item<float>(), Catch::Matchers::WithinAbs(0.75, 0.02));
    else
      CHECK_THAT(tensor.item<float>(), Catch::Matchers::WithinAbs(1, 0.02));
  }
}

TEST_CASE("a later layer is held against float with the layers before it mended") {
  ModuleBuilder module("Net");
  module.parameter("a", at::tensor({1.0F, 0.5F}).view({1, 2}))
      .parameter("b", at::tensor({1.0F}).view({1, 1}));
  const auto model =
      module.define("def forward(self, x):\n  return torch.linear(torch.linear(x, self.a), self.b)").build();
  const auto x = at::tensor({0.0F, 2.0F, 2.0F, 4.0F}).view({2, 2});
  const auto attempt = corrected(with_weight_scale(prepare(model, x), 1), x, Correction::kMean);
  REQUIRE(attempt.solution);
  for (const auto& [name, tensor] : attempt.solution->model.parameters()) {
    if (name.ends_with("a_bias")) CHECK_THAT(tensor.item<float>(), Catch::Matchers::WithinAbs(1.5, 0.02));
    if (name.ends_with("b_bias")) CHECK_THAT(tensor.item<float>(), Catch::Matchers::WithinAbs(0, 0.02));
  }
}

TEST_CASE("an output's factor is of all its groups") {
  Recipe recipe;
  recipe.mode = Mode::kWeightOnly;
  recipe.weight_bits = 2;
  recipe.group_size = 32;
  ModuleBuilder module("Net");
  module.parameter("w", noise({3, 64}, 1));
  const auto model = module.define("def forward(self, x):\n  return torch.linear(x, self.w)").build();
  const auto x = noise({200, 64}, 2);
  const auto solution = prepare(model, x, recipe, {.name = "x86", .weight_groups = true});
  const auto attempt = corrected(solution, x, Correction::kMeanAndDeviation);
  REQUIRE(attempt.solution);
  const auto factors =
      weight_grid(*attempt.solution).scales().view({3, 2}) / weight_grid(solution).scales().view({3, 2});
  CHECK(factors.select(1, 0).allclose(factors.select(1, 1), 2e-3));  // float16
  CHECK((factors - 1).abs().max().item<double>() > 0.005);
}
