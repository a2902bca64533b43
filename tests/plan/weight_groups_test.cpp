#include "plan/weight_groups.h"

#include <ATen/ops/ones.h>

#include "base/error.h"
#include "catch.h"

using namespace qtool;

namespace {

const Backend kBackend{.name = "x86", .int8_tables = true, .weight_groups = true};

OperatorView grouped_layer(const std::string& name, const std::string& kind, const at::Tensor& weight) {
  OperatorView op;
  op.name = name;
  op.kind = "aten::" + kind;
  op.inputs = {"x"};
  op.weight = weight;
  op.weight_path = name + ".weight";
  op.lists = {{"stride", {1, 1}}, {"padding", {0, 0}}, {"dilation", {1, 1}}};
  op.numbers = {{"groups", 1}, {"sparse", 0}};
  return op;
}

Recipe in_groups_of(int64_t size, Mode mode = Mode::kWeightOnly) {
  Recipe recipe;
  recipe.mode = mode;
  recipe.group_size = size;
  return recipe;
}

QuantPlan groups_plan_of(const OperatorView& op, const Recipe& recipe, const Backend& backend = kBackend) {
  GraphView graph;
  graph.inputs = {"x"};
  graph.operators = {op};
  graph.outputs = {op.name};
  graph.uses = {{"x", 1}, {op.name, 1}};
  return propose_plan(graph, recipe, backend);
}

/// Of its weight, which is the only one.
int64_t group(const QuantPlan& plan) {
  return plan.sites.at(plan.operators.at(0).weight_grid()).scheme.group();
}

std::string reason(const QuantPlan& plan) { return plan.operators.at(0).reason; }

const auto kGroupedLinear = grouped_layer("fc", "linear", at::ones({5, 96}));

}  // namespace

TEST_CASE("weights that are computed with in float have groups, along input and kernel") {
  for (const auto& op : {kGroupedLinear, grouped_layer("conv", "conv2d", at::ones({4, 32, 3, 3})),
                         grouped_layer("words", "embedding", at::ones({7, 64}))}) {
    const auto plan = groups_plan_of(op, in_groups_of(32));
    CHECK(group(plan) == 32);
    CHECK(reason(plan).empty());
  }
  CHECK(group(groups_plan_of(grouped_layer("words", "embedding", at::ones({7, 64})),
                             in_groups_of(64, Mode::kStatic))) == 64);
}

TEST_CASE("where there are no groups the plan says why, and has a scale for each channel") {
  const auto odd = groups_plan_of(kGroupedLinear, in_groups_of(64));
  CHECK(group(odd) == 0);
  CHECK(reason(odd) == "no groups of 64: an output channel has 96 weights, which is no multiple");
  for (const auto mode : {Mode::kStatic, Mode::kDynamic})
    CHECK_THAT(reason(groups_plan_of(kGroupedLinear, in_groups_of(32, mode))),
               contains("no groups of 32: its int8 kernel"));
  CHECK_THAT(reason(groups_plan_of(kGroupedLinear, in_groups_of(32), {})),
             contains("no groups of 32: a target has no form"));
  CHECK_THAT(reason(groups_plan_of(grouped_layer("up", "conv_transpose2d", at::ones({32, 4, 2, 2})),
                                   in_groups_of(32))),
             contains("side by side"));
  auto recipe = in_groups_of(32);
  recipe.weight_granularity = Granularity::kPerTensor;
  CHECK(reason(groups_plan_of(kGroupedLinear, recipe)) == "no groups of 32: its weight is to have one scale");
}

TEST_CASE("an LSTM's weights have groups one by one") {
  OperatorView lstm;
  lstm.name = "lstm";
  lstm.kind = "aten::lstm";
  lstm.inputs = {"x"};
  lstm.listed_weights = {{"weight_ih_l0", "a", at::ones({8, 10}), 0},
                         {"weight_hh_l0", "b", at::ones({8, 64}), 1}};
  const auto plan = groups_plan_of(lstm, in_groups_of(32));
  CHECK(plan.sites.at(0).scheme.group() == 0);
  CHECK(plan.sites.at(1).scheme.group() == 32);
  CHECK_THAT(reason(plan), contains("no groups of 32: weight_ih_l0: an output channel has 10 weights"));
}

TEST_CASE("a rule that asks an operator by its name for groups that it cannot have is an error") {
  auto recipe = in_groups_of(0);
  Rule rule;
  rule.match = "fc";
  rule.group_size = 64;
  rule.where = "job.yaml:7";
  recipe.rules = {rule};
  try {
    (void)groups_plan_of(kGroupedLinear, recipe);
    FAIL("it was planned");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.complaint().where == "fc, job.yaml:7");
    CHECK_THAT(error.complaint().got, contains("96 weights"));
  }
  recipe.rules[0].match = "f*";
  CHECK(group(groups_plan_of(kGroupedLinear, recipe)) == 0);
}

TEST_CASE("groups that no weight can have are an error") {
  const auto refused = in_groups_of(64);
  CHECK_THROWS_AS(check_has_groups(groups_plan_of(kGroupedLinear, refused), refused), Error);
  const auto had = in_groups_of(32), none = in_groups_of(0);
  check_has_groups(groups_plan_of(kGroupedLinear, had), had);
  check_has_groups(groups_plan_of(kGroupedLinear, none), none);
}
