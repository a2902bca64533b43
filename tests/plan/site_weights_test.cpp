#include "plan/site_weights.h"

#include <ATen/ops/ones.h>

#include "catch.h"

using namespace qtool;

TEST_CASE("weights stand at their sites, those of a list as well, and other sites have none") {
  OperatorView layer, recurrent, unplanned;
  layer.name = "fc";
  layer.weight = at::ones({2});
  recurrent.name = "lstm";
  recurrent.listed_weights = {{"weight_ih_l0", "a", at::ones({3}), 0},
                              {"weight_hh_l0", "b", at::ones({4}), 1}};
  unplanned.name = "float";
  unplanned.weight = at::ones({9});
  GraphView graph;
  graph.operators = {layer, recurrent, unplanned};
  QuantPlan plan;
  plan.sites.resize(4);
  plan.operators.resize(2);
  plan.operators[0].name = "lstm";
  plan.operators[0].listed_weight_sites = {{1, 3}};
  plan.operators[1].name = "fc";
  plan.operators[1].weight_site = 1;
  const auto weights = site_weights(graph, plan);
  REQUIRE(weights.size() == 4);
  CHECK_FALSE(weights[0].defined());
  CHECK(weights[1].numel() == 2);
  CHECK_FALSE(weights[2].defined());
  CHECK(weights[3].numel() == 4);  // the other one stays float
}
