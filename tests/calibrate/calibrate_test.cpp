#include "calibrate/calibrate.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/relu.h>

#include <array>

#include "base/threads_as_peers.h"
#include "calibrate/seen_values.h"
#include "calibrate/statistics_file.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

TEST_CASE("every activation site sees every batch; weights and fixed grids are not observed") {
  const auto canonical =
      canonicalise(build({"return torch.sigmoid(torch.relu(torch.conv2d(x, w1)))", {{"w1", {4, 3, 1, 1}}}}));
  const auto plan = make_plan(view(canonical), {}, {"x86", 8});
  const std::vector<at::Tensor> batches = {noise({2, 3, 5, 5}, 1), noise({3, 3, 5, 5}, 2)};
  size_t next = 0;
  const auto statistics = calibrate(canonical, plan, [&]() -> std::vector<at::Tensor> {
    if (next == batches.size()) return {};
    return {batches[next++]};
  });
  CHECK(statistics.samples == 5);
  REQUIRE(statistics.sites.size() == 2);
  const auto& input = statistics.sites[0];
  CHECK(input.site == "conv2d:input");
  CHECK(input.batches == 2);
  CHECK(input.values == 5 * 3 * 25);
  CHECK(input.low == std::min(batches[0].min().item<float>(), batches[1].min().item<float>()));
  const auto& output = statistics.sites[1];
  CHECK(output.site == "conv2d:output");
  CHECK(output.values == 5 * 4 * 25);
  CHECK(output.low == 0);  // seen behind the relu that is fused
}

TEST_CASE("weight-only and dynamic operators have nothing that calibration must see") {
  const auto canonical = canonicalise(build(small_classifier()));
  const auto plan = make_plan(view(canonical), {}, {"x86", 8});
  CHECK(seen_values(plan).size() > 2);
  CHECK(seen_values(with_precision(plan, Precision::kWeightOnly)).empty());
  const auto dynamic = with_precision(plan, Precision::kDynamic);
  CHECK(dynamic.sites.size() == 4);
  CHECK(seen_values(dynamic).empty());
}

TEST_CASE("each of several processes gets the statistics of all batches") {
  const auto text_of = [](uint64_t begin, uint64_t end, const Peers& peers) {
    const auto canonical =
        canonicalise(build({"return torch.relu(torch.conv2d(x, w1))", {{"w1", {4, 3, 1, 1}}}}));
    const auto plan = make_plan(view(canonical), {}, {"x86", 8});
    const auto next_batch = [&]() -> std::vector<at::Tensor> {
      if (begin == end) return {};
      return {noise({2, 3, 5, 5}, begin++)};
    };
    return statistics_text(calibrate(canonical, plan, next_batch, peers));
  };
  std::array<std::string, 2> seen;
  ThreadsAsPeers::run(2, [&](const Peers& peers) {
    const auto rank = uint64_t(peers.rank());
    seen[rank] = text_of(2 * rank, 2 * rank + 2, peers);
  });
  CHECK(seen[0] == text_of(0, 4, alone()));
  CHECK(seen[1] == seen[0]);
}

TEST_CASE("no batch leaves sites that saw nothing") {
  const auto canonical = canonicalise(build({"return torch.conv2d(x, w1)", {{"w1", {4, 3, 1, 1}}}}));
  const auto plan = make_plan(view(canonical), {}, {"x86", 8});
  const auto statistics = calibrate(canonical, plan, [] { return std::vector<at::Tensor>(); });
  CHECK(statistics.samples == 0);
  for (const auto& site : statistics.sites) CHECK(site.values == 0);
}
