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
  explicit Quantized(const Recipe& from, const SmallNet& shape = small_classifier(),
                     const Backend& limits = {"x86", 8})
      : recipe(from),
        backend(limits),
        sample(noise({32, shape.input[1], shape.input[2], shape.input[3]}, 3)),
        net(prepare(build(shape), sample, recipe, backend)) {
    auto simulated = simulate(net);
    blame.all = trial.run(simulated);
    for (const auto& site : net.plan.sites)
      if (site.role == SiteRole::kWeight) layers.push_back(site.op);
    REQUIRE(layers.size() == 2);
  }
  [[nodiscard]] std::vector<Recommendation> advice() {
    return recommend({net, net.model, recipe, backend, statistics, is_trained}, blame, trial, progress);
  }

  Recipe recipe;
  bool is_trained = false;
  Backend backend;
  Statistics statistics = {};
  at::Tensor sample;
  Solution net;
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

TEST_CASE("groups are recommended for weights of few bits that are computed with in float") {
  const SmallNet shape{"h = torch.relu(torch.linear(torch.flatten(x, 1), w1)); return torch.linear(h, w2)",
                       {{"w1", {64, 128}}, {"w2", {5, 64}}},
                       {4, 2, 8, 8}};
  const Backend backend{.name = "x86", .weight_groups = true};
  const std::string text = "A scale for each 64 neighbouring weights";
  auto recipe = with_weights_of(3);
  recipe.mode = Mode::kWeightOnly;
  const auto groups = found(Quantized(recipe, shape, backend).advice(), text);
  REQUIRE(groups);
  CHECK(groups->flags == "--group-size 64");
  recipe.group_size = 128;
  CHECK_FALSE(found(Quantized(recipe, shape, backend).advice(), text));
  CHECK_FALSE(found(Quantized(with_weights_of(3), shape, backend).advice(), text));
}
