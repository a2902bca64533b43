#include "improve/blocks.h"

#include <ATen/ops/equal.h>

#include "catch.h"
#include "improve/residual_net.h"
#include "simulate/simulate.h"

using namespace qtool;

namespace {

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("blocks end after joins, and no layer is parted from the relu that its kernel does") {
  const auto solution = solved(residual());
  const auto ends = block_ends(solution.plan, cut_places(solution.model));
  CHECK(ends == Texts{"relu", "relu#3"});
}

TEST_CASE("a part of a solution simulates as it does in the whole") {
  const auto net = residual();
  const auto solution = solved(net);
  auto whole = simulate(solution);
  std::vector<at::Tensor> values = {noise(net.input, 4)};
  const auto expected = whole.forward(values);
  size_t sites = 0;
  for (auto& part : cut(solution.model, {"relu", "relu#3"})) {
    const auto block = part_of(solution, std::move(part));
    for (size_t i = 0; i < block.sites.size(); ++i)
      CHECK(block.solution.plan.sites[i].name == solution.plan.sites[block.sites[i]].name);
    sites += block.sites.size();
    values = simulate(block.solution).forward(values);
  }
  CHECK(at::equal(values[0], expected[0]));
  CHECK(sites >= solution.plan.sites.size());
}
