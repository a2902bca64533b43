#include "improve/ranges.h"

#include <ATen/TensorOperators.h>

#include <utility>

#include "calibrate/calibrate.h"
#include "catch.h"
#include "small_net.h"

using namespace qtool;

namespace {

struct Net {
  at::Tensor x = noise({32, 4}, 5);
  Solution solution = prepare(build({"return torch.linear(x, w)", {{"w", {3, 4}}}}), x);
  Statistics statistics = calibrate(solution.model, solution.plan, {x});
  Progress progress = {};

  Attempt widened(double share) {
    for (auto& qparams : solution.qparams)
      if (qparams.scheme().granularity() == Granularity::kPerTensor)
        qparams = QParams(qparams.scheme(), share * qparams.scale(), qparams.zero_point());
    const Batches batches = {1, [this]() -> BatchSource {
                               return [next = std::vector{x}]() mutable { return std::exchange(next, {}); };
                             }};
    return widen_ranges(solution, {solution.model, statistics, batches, {}, progress});
  }
};

}  // namespace

TEST_CASE("a range that was cut too short is made as wide as what was seen") {
  Net net;
  const auto attempt = net.widened(0.2);
  REQUIRE(attempt.solution);
  for (size_t i = 0; i < net.statistics.sites.size(); ++i) {
    const auto& seen = net.statistics.sites[i];
    for (size_t k = 0; k < net.solution.plan.sites.size(); ++k)
      if (net.solution.plan.sites[k].seen_as == seen.site)
        CHECK(attempt.solution->qparams[k].high() >= Approx(seen.high).epsilon(0.01));
  }
}

TEST_CASE("ranges that are wide enough stay") {
  Net net;
  const auto attempt = net.widened(4);
  CHECK(!attempt.solution);
  CHECK(attempt.why_not == "no range was cut by a fifth");
}
