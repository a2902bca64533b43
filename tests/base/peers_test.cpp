#include "base/peers.h"

#include <ATen/ops/full.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <mutex>
#include <set>

#include "base/threads_as_peers.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("one process has everything as it is") {
  const Peers& peers = alone();
  CHECK(peers.rank() == 0);
  CHECK(peers.size() == 1);
  const auto values = at::tensor({1.5, -2.0});
  peers.sum(values);
  peers.largest(values);
  average(values, 1, 3, peers);
  CHECK(values.equal(at::tensor({1.5, -2.0})));
  CHECK(peers.any(true));
  CHECK_FALSE(peers.any(false));
  CHECK(peers.of_first(0.1) == 0.1);
  CHECK(peers.text_of(0, "abc") == "abc");
}

TEST_CASE("several add up, compare and tell each other what they have") {
  std::mutex mutex;  // Catch2's assertions are for one thread at a time
  std::set<int64_t> ranks;
  ThreadsAsPeers::run(3, [&](const Peers& peers) {
    const auto rank = double(peers.rank());
    const auto sum = at::tensor({rank, 1.0}), largest = at::tensor({rank, -rank}), mean = at::tensor({rank});
    peers.sum(sum);
    peers.largest(largest);
    average(mean, peers.rank() == 2 ? 2 : 1, 4, peers);
    const bool none = peers.any(false), one = peers.any(peers.rank() == 1);
    const double first = peers.of_first(rank + 7);
    const auto text = peers.text_of(2, std::string(size_t(peers.rank()), 'x'));
    const std::lock_guard lock(mutex);
    ranks.insert(peers.rank());
    CHECK(sum.equal(at::tensor({3.0, 3.0})));
    CHECK(largest.equal(at::tensor({2.0, 0.0})));
    CHECK(mean.item<double>() == 1.25);
    CHECK_FALSE(none);
    CHECK(one);
    CHECK(first == 7);
    CHECK(text == "xx");
  });
  CHECK(ranks == std::set<int64_t>{0, 1, 2});
}
