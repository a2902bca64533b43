#include "solve/first_solution.h"

#include <ATen/TensorOperators.h>

#include <utility>

#include "calibrate/calibrate.h"
#include "catch.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "small_net.h"

using namespace qtool;

namespace {

const Backend kBackend = {"x86", 8};

/// The solution of a network that was calibrated on `input`.
Solution solution_of(const SmallNet& net, const at::Tensor& input) {
  const auto canonical = canonicalise(build(net));
  const auto graph = view(canonical);
  auto plan = make_plan(graph, {}, kBackend);
  const auto statistics = calibrate(canonical, plan, {input});
  const Recipe recipe;
  return first_solution(canonical, std::move(plan), statistics, {graph, recipe, kBackend});
}

/// A cat of a convolution and of `second`, between it and another one.
SmallNet joined(const std::string& second) {
  return {"a = torch.conv2d(x, w1); b = " + second + "; return torch.conv2d(torch.cat([a, b], 1), w3)",
          {{"w1", {4, 3, 1, 1}}, {"w2", {4, 3, 1, 1}}, {"w3", {2, 8, 1, 1}}}};
}

}  // namespace

TEST_CASE("each site of the plan has a grid of its scheme") {
  const auto solution =
      solution_of({"return torch.conv2d(x, w)", {{"w", {4, 3, 1, 1}}}}, noise({2, 3, 4, 4}, 5));
  REQUIRE(solution.qparams.size() == solution.plan.sites.size());
  for (size_t i = 0; i < solution.qparams.size(); ++i)
    CHECK(solution.qparams[i].scheme() == solution.plan.sites[i].scheme);
}

TEST_CASE("the plan is made again where a grid would serve tensors of too different size") {
  const auto input = noise({2, 3, 4, 4}, 5);
  CHECK(solution_of(joined("torch.conv2d(x, w2)"), input).plan.kept_float.empty());
  const auto unlike = solution_of(joined("torch.sigmoid(torch.conv2d(x, w2))"), input * 1000);
  CHECK(unlike.plan.kept_float.contains("cat"));
  CHECK(unlike.qparams.size() == unlike.plan.sites.size());
}
