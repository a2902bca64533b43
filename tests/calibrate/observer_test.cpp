#include "calibrate/observer.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "observed.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

SiteStatistics observe(const std::vector<at::Tensor>& batches) {
  Observer observer("conv:output");
  for (const auto& batch : batches) observer.observe(batch);
  return observer.statistics();
}

/// Sets LibTorch's threads for one test.
struct Threads {
  explicit Threads(int count) : before(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before); }
  int before;
};

}  // namespace

TEST_CASE("range, sums of ranges and counts add up over batches") {
  const auto seen = observe({at::tensor({-1.0F, 2.0F}), at::tensor({-3.0F, 0.0F, 6.0F})});
  CHECK(seen.site == "conv:output");
  CHECK(seen.batches == 2);
  CHECK(seen.values == 5);
  CHECK(seen.low == -3);
  CHECK(seen.high == 6);
  CHECK(seen.sum_of_lows == -4);
  CHECK(seen.sum_of_highs == 8);
  CHECK(seen.widened_at_batch == 2);
  CHECK(seen.channel_lows.empty());
  CHECK(same(seen.histogram, histogram_of(std::vector<float>{-1, 2, -3, 0, 6})));
}

TEST_CASE("a batch that widens the range by a quarter or less does not count as widening") {
  CHECK(observe({at::tensor({0.0F, 4.0F}), at::tensor({0.0F, 5.0F})}).widened_at_batch == 1);
  CHECK(observe({at::tensor({0.0F, 4.0F}), at::tensor({0.0F, 5.1F})}).widened_at_batch == 2);
}

TEST_CASE("columns of [N, C] and planes of [N, C, H, W] are channels") {
  const auto columns = observe({at::tensor({1.0F, -2.0F, 3.0F, 4.0F, 5.0F, -6.0F}).view({2, 3})});
  CHECK(columns.channel_lows == std::vector<float>{1, -2, -6});
  CHECK(columns.channel_highs == std::vector<float>{4, 5, 3});

  auto x = noise({2, 3, 4, 4}, 1);
  const auto planes = observe({x});
  for (int64_t c = 0; c < 3; ++c) {
    CHECK(planes.channel_lows[size_t(c)] == x.select(1, c).min().item<float>());
    CHECK(planes.channel_highs[size_t(c)] == x.select(1, c).max().item<float>());
  }
}

TEST_CASE("the memory's layout makes no difference") {
  const auto x = noise({4, 6, 9, 9}, 2);
  const auto plain = observe({x});
  CHECK(same(plain, observe({x.contiguous(at::MemoryFormat::ChannelsLast)})));
  CHECK(same(plain, observe({x.transpose(2, 3).contiguous().transpose(2, 3)})));
  CHECK(same(plain, observe({x.to(at::kDouble)})));
}

TEST_CASE("one thread and several see the same") {
  const std::vector<at::Tensor> batches = {noise({16, 8, 40, 40}, 3), noise({16, 8, 40, 40}, 4) * 3};
  const std::vector<at::Tensor> rows = {noise({3000, 50}, 5)}, flat = {noise({200000}, 6)};
  SiteStatistics alone[3], together[3];
  {
    const Threads one(1);
    alone[0] = observe(batches), alone[1] = observe(rows), alone[2] = observe(flat);
  }
  {
    const Threads two(2);
    together[0] = observe(batches), together[1] = observe(rows), together[2] = observe(flat);
  }
  for (int i = 0; i < 3; ++i) CHECK(same(alone[i], together[i]));
  CHECK(together[0].values == 2 * 16 * 8 * 40 * 40);
  CHECK(together[0].histogram.total() == together[0].values);
}

TEST_CASE("NaN and infinite values are counted and stay out of range and histogram") {
  const auto seen =
      observe({at::tensor({1.0F, std::nanf(""), INFINITY, -INFINITY, 2.0F}), at::tensor({3.0F})});
  CHECK(seen.not_finite == 3);
  CHECK(seen.high == 3);
  CHECK(seen.histogram.total() == seen.values);
}

TEST_CASE("an empty tensor is no batch") {
  const auto seen = observe({at::empty({0, 3, 4, 4}), at::empty({0})});
  CHECK(seen.batches == 0);
  CHECK(seen.values == 0);
  CHECK(seen.histogram.empty());
}

TEST_CASE("whole numbers are observed as the reals that they are") {
  const auto seen = observe({at::tensor({1, -7, 3}, at::kLong)});
  CHECK(seen.low == -7);
  CHECK(seen.high == 3);
  CHECK(seen.values == 3);
}

TEST_CASE("[N, C, T] of a few steps and a single value are observed") {
  CHECK(observe({noise({5, 4, 3}, 7)}).values == 60);
  CHECK(observe({at::tensor(2.5F)}).high == 2.5);
}
