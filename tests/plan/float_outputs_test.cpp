#include "plan/float_outputs.h"

#include "catch.h"

using namespace qtool;

namespace {

Site site(const std::string& name, SiteRole role, const std::string& value) {
  return {.name = name, .op = name, .role = role, .value = value};
}

/// x -> conv -> pool, which moves; what `reader` reads of it is int8 or float. Sites: 0 x, 1 the weight, 2 the layer's
/// output, 3 what an operator without a reader makes.
QuantPlan plan_of(Precision reader) {
  QuantPlan plan;
  plan.sites = {site("conv:input", SiteRole::kInput, "x"), site("conv:weight", SiteRole::kWeight, "w"),
                site("conv:output", SiteRole::kOutput, "conv"),
                site("lonely:output", SiteRole::kOutput, "lonely")};
  const auto op = [](const std::string& name, const std::vector<std::string>& inputs, Precision precision,
                     std::optional<size_t> output_site) {
    PlannedOperator made;
    made.name = made.output = name;
    made.inputs = inputs;
    made.precision = precision;
    made.output_site = output_site;
    return made;
  };
  plan.operators = {
      op("conv", {"x"}, Precision::kStatic, 2), op("pool", {"conv"}, Precision::kStatic, 2),
      op("lonely", {"x"}, Precision::kStatic, 3),
      op("reader", {"pool"}, reader, reader == Precision::kStatic ? std::optional<size_t>(2) : std::nullopt)};
  plan.operators[0].weight_site = 1;
  plan.grid_of = {{"x", 0}, {"conv", 2}, {"pool", 2}, {"lonely", 3}};
  return plan;
}

}  // namespace

TEST_CASE("what hands its input's grid on reads none, and float operators read none either") {
  CHECK(grids_that_kernels_read(plan_of(Precision::kFloat)) == std::set<size_t>{0});
  auto plan = plan_of(Precision::kStatic);
  plan.operators[3].output_site.reset();  // gives float32 of int8
  CHECK(grids_that_kernels_read(plan) == std::set<size_t>{0, 2});
}

TEST_CASE("a grid without an int8 reader goes: its layer gives float32, and what only moves is float") {
  auto plan = plan_of(Precision::kFloat);
  drop_grids_of_float_readers(plan);
  REQUIRE(plan.sites.size() == 2);
  CHECK(plan.sites[1].name == "conv:weight");
  CHECK(plan.find("conv")->is_static());
  CHECK(plan.find("conv")->weight_site == 1);
  CHECK_FALSE(plan.find("conv")->output_site);
  CHECK(plan.find("pool")->precision == Precision::kFloat);
  CHECK(plan.find("pool")->reason == "only float operators read it");
  CHECK(plan.find("lonely")->precision == Precision::kFloat);
  CHECK(plan.grid_of == std::map<std::string, size_t>{{"x", 0}});
}

TEST_CASE("grids that go make others go that only they were read for, and the rest is counted anew") {
  auto plan = plan_of(Precision::kFloat);
  // The unread one first, so that numbers change.
  plan.operators[2].inputs = {"y"};
  plan.sites.insert(plan.sites.begin(), site("lonely:input", SiteRole::kInput, "y"));
  for (auto& op : plan.operators) {
    if (op.weight_site) ++*op.weight_site;
    if (op.output_site) ++*op.output_site;
  }
  plan.grid_of = {{"y", 0}, {"x", 1}, {"conv", 3}, {"pool", 3}, {"lonely", 4}};
  drop_grids_of_float_readers(plan);
  REQUIRE(plan.sites.size() == 2);
  CHECK(plan.sites[0].name == "conv:input");
  CHECK(plan.find("conv")->weight_site == 1);
  CHECK(plan.grid_of == std::map<std::string, size_t>{{"x", 0}});
}

TEST_CASE("a kernel that does a sum, too, keeps its grid whoever reads it") {
  auto plan = plan_of(Precision::kFloat);
  plan.operators[0].fused_sum = "add";
  drop_grids_of_float_readers(plan);
  CHECK(plan.find("conv")->output_site == 2);
  CHECK(plan.sites.size() == 3);
}
