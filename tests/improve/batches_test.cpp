#include "improve/batches.h"

#include <ATen/ops/full.h>

#include "catch.h"

using namespace qtool;

namespace {

/// Batch i holds `samples` times the number i.
Batches numbered(int64_t count, int64_t samples) {
  return {count, [count, samples]() -> BatchSource {
            return [count, samples, next = int64_t(0)]() mutable -> std::vector<at::Tensor> {
              if (next == count) return {};
              return {at::full({samples, 1}, static_cast<double>(next++))};
            };
          }};
}

using Seen = std::vector<std::pair<int, int64_t>>;  ///< number and samples of each batch

Seen seen(const std::vector<std::vector<at::Tensor>>& batches) {
  Seen result;
  for (const auto& batch : batches)
    result.emplace_back(static_cast<int>(batch[0][0].item<float>()), batch[0].size(0));
  return result;
}

Seen seen(const Batches& batches) {
  std::vector<std::vector<at::Tensor>> all;
  const auto source = batches.pass();
  for (auto batch = source(); !batch.empty(); batch = source()) all.push_back(batch);
  return seen(all);
}

}  // namespace

TEST_CASE("the second batch of a few is held out") {
  const auto divided = hold_out(numbered(3, 2));
  CHECK(seen(divided.held_out) == Seen{{1, 2}});
  CHECK(divided.work.count == 2);
  CHECK(seen(divided.work) == Seen{{0, 2}, {2, 2}});
  CHECK(seen(divided.work) == Seen{{0, 2}, {2, 2}});  // another pass
}

TEST_CASE("every 8th batch is held out until there are 64 samples") {
  const auto divided = hold_out(numbered(20, 32));
  CHECK(seen(divided.held_out) == Seen{{1, 32}, {9, 32}});
  const auto rest = seen(divided.work);
  CHECK(rest.size() == 18);
  CHECK(rest[8].first == 10);
  CHECK(rest[15].first == 17);  // there are enough
}

TEST_CASE("of one batch a fifth is held out") {
  const auto divided = hold_out(numbered(1, 10));
  CHECK(seen(divided.held_out) == Seen{{0, 2}});
  CHECK(seen(divided.work) == Seen{{0, 8}});
  CHECK(seen(hold_out(numbered(1, 2)).held_out) == Seen{{0, 1}});
  CHECK(hold_out(numbered(1, 1)).held_out.empty());
  CHECK(hold_out(numbered(0, 1)).held_out.empty());
}

TEST_CASE("a pass can end after so many samples") {
  CHECK(seen(first_of(numbered(5, 4), 6)) == Seen{{0, 4}, {1, 4}});
  CHECK(seen(first_of(numbered(2, 4), 100)) == Seen{{0, 4}, {1, 4}});
  CHECK(seen(first_of(numbered(9, 4), 100, 4)) == Seen{{0, 4}, {1, 4}});
  CHECK(seen(first_of(numbered(3, 4), 100, 4)) == Seen{{0, 4}});
}
