#include "calibrate/lost_operands.h"

#include <ATen/TensorOperators.h>

#include "calibrate/calibrate.h"
#include "calibrate/solve.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "plan/site_weights.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// What stays float of a network in which `a` is 200 times as large as `b`, and `c` about as large as `b`.
KeptFloat kept_of(const std::string& joined, const Recipe& recipe = {}) {
  const auto canonical = canonicalise(
      build({"a = torch.conv2d(x * 200, w1); b = torch.conv2d(x, w2); c = torch.conv2d(x, w3); " + joined,
             {{"w1", {4, 3, 1, 1}}, {"w2", {4, 3, 1, 1}}, {"w3", {4, 3, 1, 1}}, {"w4", {4, 8, 1, 1}}}}));
  const auto plan = make_plan(view(canonical), recipe, {"x86", 8});
  const auto statistics = calibrate(canonical, plan, {noise({8, 3, 7, 7}, 1)});
  return lost_operands(plan, solve(plan, statistics, site_weights(canonical, plan)), plan, statistics);
}

std::string reason(const KeptFloat& kept, const std::string& op) {
  return kept.contains(op) ? kept.at(op) : "";
}

}  // namespace

TEST_CASE("tensors of one size share a grid") {
  for (const char* joined :
       {"return torch.cat([b, c], 1)", "return b + c", "return torch.cat([torch.sigmoid(b), c], 1)",
        "return torch.conv2d(torch.gelu(torch.cat([b, c * 2], 1)), w4)"})
    CHECK(kept_of(joined).empty());
}

TEST_CASE("boxes in pixels and scores do not, and the reason names what would be lost") {
  const auto kept = kept_of("return torch.cat([torch.relu(a), torch.sigmoid(b)], 1)");
  REQUIRE(kept.size() == 1);
  CHECK_THAT(reason(kept, "cat"), contains("on one grid with the rest, sigmoid would have 0."));
  CHECK_THAT(reason(kept, "cat"), contains(" steps for its 0."));
}

TEST_CASE("an add loses a small operand in the same way") {
  CHECK_THAT(reason(kept_of("return a + b"), "add"),
             contains("on one grid with the rest, conv2d#2 would have "));
}

TEST_CASE("a layer does not read in int8 what float operators put together of tensors of different size") {
  for (const char* joined :
       {"torch.cat([a, torch.gelu(b)], 1)", "torch.stack([a, torch.gelu(b)], 1).flatten(1, 2)",
        "torch.relu(torch.cat([torch.gelu(b), a], 1))"}) {
    INFO(joined);
    const auto kept = kept_of(std::string("return torch.conv2d(") + joined + ", w4)");
    REQUIRE(kept.size() == 1);
    CHECK_THAT(reason(kept, "conv2d#3"), contains("on its input's grid, with the rest of "));
  }
  const auto kept = kept_of("return torch.conv2d(torch.cat([torch.where(x[:, 0:1] > 0, a, b), c], 1), w4)");
  CHECK(kept.contains("conv2d#4"));
  CHECK(kept_of("return torch.conv2d(torch.cat([a, a * 2], 1), w4)").empty());
}

TEST_CASE("what never changes cannot be lost") {
  CHECK(kept_of("return torch.cat([a, torch.relu(b * 0)], 1)").empty());
  CHECK(kept_of("return torch.conv2d(torch.cat([a, torch.zeros_like(a)], 1), w4)").empty());
}

TEST_CASE("of a grid of few steps a sixteenth is enough") {
  Recipe recipe;
  recipe.activation_bits = 3;
  recipe.rules = {{.match = "cat", .activation_bits = 3}};
  CHECK(kept_of("return torch.cat([b, c], 1)", recipe).empty());
  CHECK(!kept_of("return torch.cat([a, b], 1)", recipe).empty());
}
