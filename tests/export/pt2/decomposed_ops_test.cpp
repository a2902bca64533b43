#include "export/pt2/decomposed_ops.h"

#include <algorithm>

#include "catch.h"
#include "graph_text.h"
#include "small_net.h"

using namespace qtool;

namespace {

Solution solved(const std::string& body, const Recipe& recipe = {}) {
  const SmallNet net{body, {{"w1", {4, 3, 1, 1}}, {"w2", {4, 4, 1, 1}}}};
  return prepare(build(net), noise(net.input, 5), recipe);
}

Model decomposed(const std::string& body) {
  return Model(with_decomposed_ops(solved(body), kInductorDialect));
}

}  // namespace

TEST_CASE("an int8 operator stands between steps that are called after their sites") {
  const auto model = decomposed("return torch.relu(torch.conv2d(x, w1))");
  CHECK(count_nodes(model, kQuantize) == 2);
  CHECK(count_nodes(model, kDequantize) == 2);
  CHECK(count_nodes(model, kDequantizeChannels) == 1);
  check_in_order(model, {"%conv2d:input.int8 ", "quantize_per_tensor[site=\"conv2d:input\"](%x",
                         "%conv2d:input.float ", "aten::conv2d(%conv2d:input.float, %conv2d:weight.float",
                         "aten::relu(", "%conv2d:output.float "});
}

TEST_CASE("each reader has a step back to float of its own") {
  const auto model = decomposed("h = torch.conv2d(x, w1); return torch.conv2d(h, w2) + h");
  // of x, of h twice, of the second layer, of the sum
  CHECK(count_nodes(model, kQuantize) == 4);
  CHECK(count_nodes(model, kDequantize) == 5);
}

TEST_CASE("moves stand between steps, too, and grids of fewer bits are clamped to") {
  const auto model = decomposed("return torch.flatten(torch.conv2d(x, w1), 1)");
  check_in_order(model, {"aten::conv2d(", "quantize_per_tensor", "dequantize_per_tensor", "aten::flatten(",
                         "quantize_per_tensor", "dequantize_per_tensor"});
  CHECK(count_nodes(model, "aten::clamp") == 0);
  Recipe recipe;
  recipe.activation_bits = 4;
  const auto solution = solved("return torch.conv2d(torch.conv2d(x, w1), w2)", recipe);
  const auto few_bits = std::count_if(
      solution.plan.sites.begin(), solution.plan.sites.end(),
      [](const Site& site) { return site.role != SiteRole::kWeight && site.scheme.bits() < 8; });
  CHECK(few_bits >= 2);
  CHECK(count_nodes(Model(with_decomposed_ops(solution, kInductorDialect)), "aten::clamp") == few_bits);
}
