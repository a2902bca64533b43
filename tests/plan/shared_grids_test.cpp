#include "plan/shared_grids.h"

#include "catch.h"

using namespace qtool;

namespace {

using Strings = std::vector<std::string>;

PlannedOperator op(const std::string& name, const std::string& kind, const Strings& inputs,
                   bool is_int8 = false) {
  PlannedOperator result;
  result.name = result.output = name;
  result.kind = "aten::" + kind;
  result.inputs = inputs;
  result.precision = is_int8 ? Precision::kStatic : Precision::kFloat;
  return result;
}

/// The grid of `value`.
size_t add_site(QuantPlan& plan, SiteRole role, const std::string& value) {
  plan.sites.push_back({value + ":" + to_string(role), value, role, value});
  return plan.grid_of[value] = plan.sites.size() - 1;
}

}  // namespace

TEST_CASE("an int8 cat and an int8 add put their operands on their own grid") {
  for (const char* kind : {"cat", "add"}) {
    QuantPlan plan;
    plan.operators = {op("conv1", "conv2d", {"x"}, true), op("conv2", "conv2d", {"x"}, true),
                      op("join", kind, {"conv1", "conv2"}, true),
                      op("product", "mul", {"join", "join"}, true)};
    const auto site = add_site(plan, SiteRole::kOutput, "join");
    plan.operators[2].output_site = site;
    const auto shared = shared_grids(plan);
    REQUIRE(shared.size() == 1);
    CHECK(shared[0].site == site);
    CHECK(shared[0].join == "join");
    CHECK(shared[0].operands == Strings{"conv1", "conv2"});
    CHECK(shared[0].users == Strings{"join"});
  }
}

TEST_CASE("a layer's input is shared where float operators have put it together, perhaps moved since") {
  QuantPlan plan;
  plan.operators = {op("cat", "cat", {"x", "y"}), op("pool", "max_pool2d", {"cat"}),
                    op("relu", "relu", {"pool"}), op("conv1", "conv2d", {"relu"}, true),
                    op("conv2", "conv2d", {"relu"}, true)};
  const auto site = add_site(plan, SiteRole::kInput, "relu");
  auto shared = shared_grids(plan);
  REQUIRE(shared.size() == 1);
  CHECK(shared[0].site == site);
  CHECK(shared[0].join == "cat");
  CHECK(shared[0].operands == Strings{"x", "y"});
  CHECK(shared[0].users == Strings{"conv1", "conv2"});

  plan.operators[1].kind = "aten::batch_norm";  // evens sizes out
  CHECK(shared_grids(plan).empty());
  plan.operators[1].kind = "aten::add";  // float: a sum is one thing
  CHECK(shared_grids(plan).empty());
}
