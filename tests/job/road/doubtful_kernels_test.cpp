#include "job/road/doubtful_kernels.h"

#include <ATen/core/grad_mode.h>

#include "catch.h"
#include "export/target.h"
#include "job/road/regions.h"
#include "job/workplace.h"
#include "small_net.h"

using namespace qtool;

namespace {

Solution two_convolutions(const at::Tensor& input) {
  return prepare(build({"h = torch.gelu(torch.conv2d(x, w1)); return torch.conv2d(h, w2)",
                        {{"w1", {4, 3, 3, 3}}, {"w2", {2, 4, 3, 3}}}}),
                 input);
}

/// Kernels that compute as float does.
Model as_in_float(const Solution& solution, const std::vector<at::Tensor>&) { return solution.model.clone(); }

/// Kernels that read the weights of layers of two outputs with another sign.
Model wrong_for_two(const Solution& solution, const std::vector<at::Tensor>&) {
  const at::NoGradGuard no_grad;
  auto model = solution.model.clone();
  for (auto& op : view(model).operators)
    if (op.weight.defined() && op.weight.size(0) == 2) op.weight.neg_();
  return model;
}

/// Kernels that are wrong for one sample.
Model wrong_for_one_sample(const Solution& solution, const std::vector<at::Tensor>& example) {
  return example.at(0).size(0) == 1 ? wrong_for_two(solution, example) : as_in_float(solution, example);
}

Solution as_it_is(const Solution& solution, const KeptFloat&) { return shared(solution); }

KeptFloat wrong_of(Model (*lower)(const Solution&, const std::vector<at::Tensor>&)) {
  const TemporaryFolder folder;
  const auto input = noise({4, 3, 7, 7}, 1);
  const auto solution = two_convolutions(input);
  std::vector<std::string> layers;
  for (const auto& op : solution.plan.operators)
    if (op.weight_site) layers.push_back(op.name);
  return wrong_kernels(solution, layers, {input}, {.name = "tried", .lower = lower}, folder / "", as_it_is);
}

}  // namespace

TEST_CASE("kernels that compute what the simulation says are right") { CHECK(wrong_of(as_in_float).empty()); }

TEST_CASE("a layer whose kernel computes something else is told with how far it is off") {
  const auto wrong = wrong_of(wrong_for_two);
  REQUIRE(wrong.size() == 1);
  CHECK_THAT(wrong.begin()->second, contains("its int8 kernel is wrong on this processor: SQNR -"));
}

TEST_CASE("kernels are tried with one sample, too") { CHECK(wrong_of(wrong_for_one_sample).size() == 1); }

TEST_CASE("layers that are not in doubt are not tried") {
  const TemporaryFolder folder;
  const auto input = noise({4, 3, 7, 7}, 1);
  CHECK(wrong_kernels(two_convolutions(input), {}, {input}, {.name = "tried", .lower = wrong_for_two},
                      folder / "", as_it_is)
            .empty());
}

TEST_CASE("of layers that no cut parts, each is tried with the others in float") {
  const TemporaryFolder folder;
  const auto input = noise({4, 3, 7, 7}, 1);
  const auto model =
      build({"h = torch.gelu(torch.conv2d(x, w1)); return torch.cat([h, torch.conv2d(x, w2)], 1)",
             {{"w1", {4, 3, 3, 3}}, {"w2", {2, 3, 3, 3}}}});
  const auto solution = prepare(model, input);
  std::vector<std::string> layers, left;
  for (const auto& op : solution.plan.operators)
    if (op.weight_site) layers.push_back(op.name);
  REQUIRE(layers.size() == 2);
  REQUIRE(layer_regions(solution, {input}).size() == 1);
  Recipe without_second;
  without_second.skip = {layers[1]};
  const SolveAgain again = [&](const Solution& whole, const KeptFloat& more) {
    left.push_back(more.begin()->first);
    return more.contains(layers[1]) ? prepare(model, input, without_second) : shared(whole);
  };
  const auto wrong =
      wrong_kernels(solution, layers, {input}, {.name = "tried", .lower = wrong_for_two}, folder / "", again);
  CHECK(left.size() == 4);  // each layer, with all samples and with one
  CHECK(wrong.contains(layers[1]));
}
