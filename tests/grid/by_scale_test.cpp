#include "grid/by_scale.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include "catch.h"

using namespace qtool;

namespace {

const auto kChannels = QuantScheme::weight(4, Granularity::kPerChannel, 0);

}  // namespace

TEST_CASE("a row is what shares a scale: all, a channel along the axis, or neighbours in one") {
  const auto x = at::arange(8).view({2, 4});
  CHECK(at::equal(rows_by_scale(x, QuantScheme::weight(4, Granularity::kPerTensor, 0)), x.view({1, 8})));
  CHECK(at::equal(rows_by_scale(x, kChannels), x));
  CHECK(at::equal(rows_by_scale(x, QuantScheme::weight(4, Granularity::kPerChannel, 1)), x.t()));
  CHECK(at::equal(rows_by_scale(x, kChannels.in_groups_of(2)), x.view({4, 2})));
}

TEST_CASE("groups go through input and kernel of a convolution as they lie in memory") {
  const auto x = at::arange(24).view({2, 3, 4});
  CHECK(at::equal(rows_by_scale(x, kChannels.in_groups_of(6)), x.view({4, 6})));
}

TEST_CASE("values of scales stand where their scale counts") {
  const auto like = at::arange(8).view({2, 4});
  const auto spread = spread_by_scale(at::tensor({1, 2, 3, 4}), kChannels.in_groups_of(2), like);
  CHECK(at::equal(spread, at::tensor({1, 1, 2, 2, 3, 3, 4, 4}).view({2, 4})));
  CHECK(at::equal(spread_by_scale(at::tensor({1, 2}), kChannels, like), at::tensor({1, 2}).view({2, 1})));
}
