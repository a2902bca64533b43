#include "improve/settle.h"

#include <ATen/TensorOperators.h>

#include <utility>

#include "calibrate/calibrate.h"
#include "catch.h"
#include "improve/one_batch.h"
#include "improve/one_convolution.h"

using namespace qtool;

namespace {

const QParams& grid_of(const Settled& settled, const std::string& value) {
  return settled.solution.qparams[settled.solution.plan.grid_of.at(value)];
}

}  // namespace

TEST_CASE("what has moved is seen again, and all else is as it was") {
  const auto x = noise(kOneConvolution.input, 5);
  const auto solution = prepare(build(kOneConvolution), x);
  const auto input = solution.plan.operators[0].inputs[0];
  const auto statistics = calibrate(solution.model, solution.plan, {x});
  const Settled before{shared(solution), statistics};
  const auto after = settle(shared(solution), {input}, statistics, once(x * 4));
  CHECK(grid_of(after, input).scale() == Approx(4 * grid_of(before, input).scale()).epsilon(0.1));
  CHECK(grid_of(after, "relu").scale() == grid_of(before, "relu").scale());
  REQUIRE(after.statistics.sites.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    const double factor = after.statistics.sites[i].site == "conv2d:input" ? 4 : 1;
    CHECK(after.statistics.sites[i].high == Approx(factor * statistics.sites[i].high));
  }
}

TEST_CASE("where nothing has moved, or what has no grid, no data is read") {
  const auto solution = prepare(build(kOneConvolution), noise(kOneConvolution.input, 5));
  const Batches none{1, []() -> BatchSource {
                       FAIL("data was read");
                       return {};
                     }};
  for (const auto& moved : std::vector<std::vector<std::string>>{{}, {"conv2d"}})
    CHECK(settle(shared(solution), moved, {}, none).solution.qparams[0].scale() ==
          solution.qparams[0].scale());
}
