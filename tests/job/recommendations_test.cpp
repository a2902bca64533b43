#include <cmath>

#include "catch.h"
#include "config/config.h"
#include "options/option_tree.h"
#include "workplace.h"

using namespace qtool;

namespace {

/// Few bits, so that much can be won.
PtqOptions poor_options(const Workplace& at, const std::string& output) {
  auto options = at.options(output);
  options.recipe.weight_bits = 3;
  options.recipe.activation_bits = 4;
  options.recipe.weight_granularity = Granularity::kPerTensor;
  options.recipe.calibrator = Calibrator::kMinMax;
  options.improve = {"none"};  // a job would improve what comes of a recommendation, too
  return options;
}

/// The options that come of pasting the lines into a config file.
PtqOptions with_pasted_rules(PtqOptions options, const Recommendation& recommendation) {
  std::string yaml = "quantize:\n  rules:\n";
  for (const auto& rule : recommendation.rules) yaml += "    " + rule + "\n";
  auto tree = option_tree(options);
  read_config_text(yaml, "pasted.yaml", tree, "ptq");
  return options;
}

}  // namespace

TEST_CASE("recommended lines parse back, and a run with them wins what was measured") {
  const Workplace at;
  const auto before = run(poor_options(at, "before")).report;
  REQUIRE(before.blame);
  REQUIRE(before.blame->recommendations.size() > 3);
  double last = INFINITY;
  for (const auto& recommendation : before.blame->recommendations) {
    INFO(recommendation.text);
    CHECK(recommendation.gain.sqnr_db >= 0.1);
    CHECK(recommendation.gain.agreement >= 0);
    CHECK(recommendation.gain.sqnr_db <= last);
    last = recommendation.gain.sqnr_db;
    const auto after = run(with_pasted_rules(poor_options(at, "after"), recommendation)).report;
    CHECK(after.blame->all.sqnr_db ==
          Approx(before.blame->all.sqnr_db + recommendation.gain.sqnr_db).margin(0.01));
    CHECK(*after.blame->all.agreement ==
          Approx(*before.blame->all.agreement + *recommendation.gain.agreement).margin(1e-9));
  }
}

TEST_CASE("no blame samples, no blame list") {
  const Workplace at;
  auto options = at.options("out");
  options.blame_samples = 0;
  const auto report = run(options).report;
  CHECK_FALSE(report.blame);
  REQUIRE_FALSE(report.layers.empty());
  CHECK_FALSE(report.layers[0].damage);
  CHECK(report.layers[0].histogram);
}
