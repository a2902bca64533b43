#include "int8_run.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// Convolutions plain and with relu, a residual sum, an average, a curve and a linear layer.
Model small_resnet() {
  return build(
      {"h = torch.relu(torch.conv2d(x, w1, b1, [1, 1], [1, 1])); "
       "h = torch.relu(h + torch.conv2d(h, w2, None, [1, 1], [1, 1])); h = torch.hardswish(h); "
       "h = torch.flatten(torch.adaptive_avg_pool2d(h, [1, 1]), 1); return torch.linear(h, w3)",
       {{"w1", {8, 3, 3, 3}}, {"b1", {8}}, {"w2", {8, 8, 3, 3}}, {"w3", {5, 8}}}});
}

}  // namespace

TEST_CASE("at 2 to 8 bits the int8 file computes what is simulated") {
  const auto engine = choose_engine(Engine::kAuto);
  const auto input = noise({16, 3, 7, 7}, 5);
  for (int64_t weight_bits = 2; weight_bits <= 8; ++weight_bits)
    for (int64_t activation_bits = 2; activation_bits <= 8; ++activation_bits) {
      Recipe recipe;
      recipe.weight_bits = weight_bits;
      recipe.activation_bits = activation_bits;
      auto run = quantize_for(engine, small_resnet(), input, recipe);
      const auto steps = compare(run, input);
      INFO("W" << weight_bits << "A" << activation_bits);
      CHECK(steps.max < 1.01);
      CHECK(steps.differing <= 0.05);
    }
}

TEST_CASE("4 bits run on every engine") {
  const auto input = noise({16, 3, 7, 7}, 5);
  for (const auto engine : available_engines()) {
    Recipe recipe;
    recipe.weight_bits = recipe.activation_bits = 4;
    // The output, too, or one step of the tensors before it would be 17 of its own.
    recipe.rules = {{.match = "type:linear", .activation_bits = 4}};
    auto run = quantize_for(engine, small_resnet(), input, recipe);
    INFO(to_string(engine));
    CHECK(compare(run, input).max < 1.01);
  }
}

TEST_CASE("symmetric activations and one scale a weight run, too") {
  const auto input = noise({16, 3, 7, 7}, 5);
  Recipe recipe;
  recipe.activation_symmetry = Symmetry::kSymmetric;
  recipe.weight_granularity = Granularity::kPerTensor;
  auto run = quantize_for(choose_engine(Engine::kAuto), small_resnet(), input, recipe);
  CHECK(compare(run, input).max < 1.01);
}
