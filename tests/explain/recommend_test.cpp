#include "explain/recommend.h"

#include <algorithm>
#include <limits>

#include "catch.h"
#include "simulate/simulate.h"
#include "small_net.h"

using namespace qtool;

namespace {

/// A small classifier in int8, with the statistics of no activation, so that no other range of one can be tried.
struct Quantized {
  explicit Quantized(const Recipe& from) : recipe(from) {
    auto simulated = simulate(net);
    blame.all = trial.run(simulated);
    for (const auto& site : net.plan.sites)
      if (site.role == SiteRole::kWeight) layers.push_back(site.op);
    REQUIRE(layers.size() == 2);  // the convolution and the linear layer
  }
  [[nodiscard]] std::vector<Recommendation> advice() {
    return recommend({net, net.model, recipe, backend, statistics, is_trained}, blame, trial, progress);
  }

  Recipe recipe;
  bool is_trained = false;
  Backend backend{"x86", 8};
  Statistics statistics = {};
  at::Tensor sample = noise({32, 3, 7, 7}, 3);
  Solution net = prepare(build(small_classifier()), sample, recipe, backend);
  Trial trial = Trial(net.model, {sample});
  std::vector<std::string> layers = {};
  Blame blame = {};
  Progress progress = {};
};

Recipe with_weights_of(int64_t bits) {
  Recipe recipe;
  recipe.weight_bits = bits;
  return recipe;
}

std::optional<Recommendation> found(const std::vector<Recommendation>& advice, const std::string& text) {
  const auto it =
      std::find_if(advice.begin(), advice.end(), [&](const auto& one) { return one.text == text; });
  return it == advice.end() ? std::nullopt : std::optional(*it);
}

}  // namespace

TEST_CASE("one bit more for all weights is recommended as a rule and as a flag") {
  Quantized at(with_weights_of(3));
  const auto bits = found(at.advice(), "4 bits for all weights");
  REQUIRE(bits);
  CHECK(bits->flags == "--weight-bits 4");
  REQUIRE(bits->rules.size() == 1);
  CHECK(bits->rules[0].find("weight_bits: 4") != std::string::npos);
  CHECK(bits->gain.sqnr_db > 3);  // of the 6 that a bit brings where it is all that matters
}

TEST_CASE("rules of the recipe win over flags, so none are given beside them") {
  auto recipe = with_weights_of(3);
  recipe.rules.push_back({.match = "type:aten::conv2d", .weight_bits = 3});
  Quantized at(recipe);
  const auto bits = found(at.advice(), "4 bits for all weights");
  REQUIRE(bits);
  CHECK(bits->flags.empty());
}

TEST_CASE("what wins nothing is not recommended") {
  Quantized at(with_weights_of(3));
  at.blame.all.sqnr_db = std::numeric_limits<double>::infinity();
  CHECK(at.advice().empty());
}

TEST_CASE("calibrators are left out where calibration has not seen the tensors") {
  Quantized at(with_weights_of(3));
  for (const auto& one : at.advice()) CHECK(one.text.find("Calibrator") == std::string::npos);
}

TEST_CASE("of trained grids only layers in float are tried, the one that wins most first") {
  Quantized at(with_weights_of(2));
  at.is_trained = true;
  at.blame.layers = {{.layer = at.layers[0], .gain = {.sqnr_db = 1}},
                     {.layer = at.layers[1], .gain = {.sqnr_db = 2}}};
  at.blame.all.sqnr_db = 0;
  const auto advice = at.advice();
  REQUIRE(advice.size() == 1);  // with both in float nothing would be left to quantize
  CHECK(advice[0].text == "Leave " + at.layers[1] + " in float");
  CHECK(advice[0].flags == "--skip " + at.layers[1]);
}

TEST_CASE("the flag for a layer in float repeats what is skipped already, quoted for the shell") {
  auto recipe = with_weights_of(2);
  recipe.skip = {"re:no_such(layer)?|gelu.*"};
  Quantized at(recipe);
  at.is_trained = true;
  at.blame.layers = {{.layer = at.layers[0]}};
  at.blame.all.sqnr_db = 0;
  const auto advice = at.advice();
  REQUIRE(advice.size() == 1);
  CHECK(advice[0].flags == "--skip 're:no_such(layer)?|gelu.*' --skip " + at.layers[0]);
}
