#include "job/blame.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "catch.h"
#include "config/config.h"
#include "options/option_tree.h"
#include "simulate/simulate.h"
#include "small_net.h"
#include "workplace.h"

using namespace qtool;

namespace {

Recipe few_bits() {
  Recipe recipe;
  recipe.weight_bits = 4;
  recipe.activation_bits = 5;
  return recipe;
}

struct Studied {
  at::Tensor sample = noise({32, 3, 7, 7}, 3);
  Prepared net = prepare(build(small_classifier()), sample, few_bits());
  Trial trial = Trial(net.canonical, {sample});
  Progress progress = {};
  Blame blame = find_blame(net.canonical, net.plan, net.qparams, trial, progress);

  /// With the sites of one layer switched to `on`, all others to its opposite, made the slow way.
  [[nodiscard]] Agreement mixture(const std::string& layer, bool on) const {
    std::vector<bool> enabled;
    for (const auto& site : net.plan.sites) enabled.push_back((site.op == layer) == on);
    auto model = simulate_some(net.canonical, net.plan, net.qparams, enabled);
    return trial.run(model);
  }
};

/// Few bits, so that much can be won.
PtqOptions poor_options(const Workplace& at, const std::string& output) {
  auto options = at.options(output);
  options.recipe.weight_bits = 3;
  options.recipe.activation_bits = 4;
  options.recipe.weight_granularity = Granularity::kPerTensor;
  options.recipe.calibrator = Calibrator::kMinMax;
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

TEST_CASE("a layer's cost alone and its gain in float are those of models with that mixture") {
  const Studied study;
  REQUIRE(study.blame.layers.size() == 2);
  for (const auto& layer : study.blame.layers) {
    INFO(layer.layer);
    const auto alone = study.mixture(layer.layer, true), without = study.mixture(layer.layer, false);
    CHECK(layer.alone.sqnr_db == Approx(alone.sqnr_db).margin(1e-3));
    CHECK(layer.alone.agreement == alone.same());
    CHECK(layer.gain.sqnr_db == Approx(without.sqnr_db - study.blame.all.sqnr_db).margin(1e-3));
    CHECK(layer.gain.sqnr_db > 0);
  }
  auto simulated = simulate(study.net.canonical, study.net.plan, study.net.qparams);
  CHECK(study.blame.all.sqnr_db == Approx(study.trial.run(simulated).sqnr_db).margin(1e-6));
}

TEST_CASE("damage and causes are shares of one") {
  const Studied study;
  double layers = 0, sites = 0;
  for (const auto& layer : study.blame.layers) {
    layers += layer.damage;
    const auto& causes = layer.causes;
    CHECK(causes.weight_rounding > 0);
    CHECK(causes.activation_rounding > 0);
    CHECK(causes.weight_rounding + causes.activation_clipping + causes.activation_rounding == Approx(1));
  }
  for (const double damage : study.blame.site_damage) sites += damage;
  CHECK(layers == Approx(1));
  CHECK(sites == Approx(1));
}

TEST_CASE("a range that is too narrow is blamed on clipping") {
  Studied study;
  for (size_t i = 0; i < study.net.plan.sites.size(); ++i) {
    const auto& site = study.net.plan.sites[i];
    if (site.name == "linear:output") study.net.qparams[i] = QParams::cover(site.scheme, -1e-3, 1e-3);
  }
  const auto blame =
      find_blame(study.net.canonical, study.net.plan, study.net.qparams, study.trial, study.progress);
  CHECK(blame.layers.back().causes.activation_clipping > 0.9);
}

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
