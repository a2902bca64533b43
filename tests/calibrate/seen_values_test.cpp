#include "calibrate/seen_values.h"

#include <map>

#include "catch.h"

using namespace qtool;

namespace {

/// A plan with a site of this name for each value.
QuantPlan plan_of(const std::vector<std::pair<std::string, std::string>>& sites) {
  QuantPlan plan;
  for (const auto& [name, value] : sites) {
    plan.grid_of[value] = plan.sites.size();
    auto& site = plan.sites.emplace_back();
    site.name = site.seen_as = name;
    site.value = value;
  }
  return plan;
}

}  // namespace

TEST_CASE("what one plan has seen serves another one, under that one's names") {
  const auto calibrated = plan_of({{"conv1:output", "a"}, {"conv2:output", "b"}});
  Statistics statistics{.model_sha256 = "12", .samples = 7, .sites = {}};
  for (const auto& [site, low] : std::map<std::string, double>{{"conv1:output", -1}, {"conv2:output", -2}}) {
    auto& seen = statistics.sites.emplace_back();
    seen.site = site;
    seen.low = low;
  }
  // conv1 is float: what it gives is quantized where conv2 reads it.
  const auto seen = statistics_for(plan_of({{"conv2:input", "a"}}), statistics, calibrated);
  REQUIRE(seen);
  CHECK(seen->model_sha256 == "12");
  CHECK(seen->samples == 7);
  REQUIRE(seen->sites.size() == 1);
  CHECK(seen->sites[0].site == "conv2:input");
  CHECK(seen->sites[0].low == -1);
  CHECK(!statistics_for(plan_of({{"conv2:input", "c"}}), statistics, calibrated));
}
