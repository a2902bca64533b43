#include "job/tuning/layer_noise.h"

#include "calibrate/calibrate.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

const SmallNet kNet{
    "return torch.linear(torch.gelu(torch.linear(x, w1)), w2)", {{"w1", {6, 4}}, {"w2", {5, 6}}}, {16, 4}};

Quantization begun(const Recipe& recipe) {
  return begin_quantization(build(kNet), {"abc", 10}, recipe, {&libtorch_target()}, Engine::kAuto);
}

std::vector<int64_t> bits_of(const TuneLayer& layer) {
  std::vector<int64_t> bits;
  for (const auto& choice : layer.choices) bits.push_back(choice.bits);
  return bits;
}

}  // namespace

TEST_CASE("each int8 layer can be float or have a weight of any bits that are tried, with its bytes") {
  const auto layers = tunable_layers(begun({}), {});
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].name == "linear");
  CHECK(layers[0].kind == "aten::linear");
  CHECK(layers[0].weights == 24);
  CHECK(bits_of(layers[0]) == std::vector<int64_t>{0, 8, 6, 4, 3, 2});
  CHECK(layers[0].choices[0].bytes == 96);
  CHECK(layers[0].choices[0].noise == 0);
  CHECK(layers[0].choices[2].bytes == 18);
  CHECK(layers[1].choices[4].bytes == 12);  // 30 of three bits: 90 bits, and six to fill the byte
  CHECK_FALSE(layers[1].choices[1].noise);
}

TEST_CASE("a layer that the recipe leaves in float, or holds at its bits, is none to choose for") {
  Recipe recipe;
  recipe.skip = {"linear"};
  REQUIRE(tunable_layers(begun(recipe), recipe).size() == 1);
  Recipe held;
  held.rules = {{.match = "linear#2", .weight_bits = 4}};
  const auto layers = tunable_layers(begun(held), held);
  REQUIRE(layers.size() == 1);
  CHECK(layers[0].name == "linear");
}

TEST_CASE("noise grows as bits go, and what is measured is not measured again") {
  const auto quantization = begun({});
  const auto x = noise(kNet.input, 5);
  const auto statistics = calibrate(quantization.canonical, quantization.plan, {x});
  const Trial trial(quantization.canonical, {x});
  Progress progress;
  auto layers = tunable_layers(quantization, {});
  for (auto& choice : layers[1].choices) choice.noise = 42;
  int measured = 0;
  measure_layers(layers, quantization, {}, statistics, trial, progress, [&] { ++measured; });
  CHECK(measured == 1);
  const auto& choices = layers[0].choices;
  CHECK(choices[0].noise == 0);
  CHECK(*choices[1].noise > 0);
  CHECK(*choices[3].noise > 2 * *choices[1].noise);
  CHECK(*choices[5].noise > 4 * *choices[3].noise);
  CHECK(layers[1].choices[1].noise == 42);
  measure_layers(layers, quantization, {}, statistics, trial, progress, [&] { ++measured; });
  CHECK(measured == 1);
}
