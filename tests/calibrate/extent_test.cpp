#include "calibrate/extent.h"

#include <limits>
#include <vector>

#include "catch.h"

using namespace qtool;

namespace {

std::vector<float> rising(size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i) - 3;
  return values;
}

}  // namespace

TEST_CASE("an extent has the smallest and the largest value of any number of them") {
  for (const size_t count : {1UL, 2UL, 31UL, 32UL, 33UL, 49UL, 64UL, 65UL, 784UL}) {
    INFO(count << " values");
    auto values = rising(count);
    const auto extent = extent_of(values);
    CHECK(extent.low == -3);
    CHECK(extent.high == static_cast<float>(count) - 4);
    CHECK(extent.finite);
    std::swap(values.front(), values.back());
    CHECK(extent_of(values).low == -3);
    CHECK(extent_of(values).high == static_cast<float>(count) - 4);
  }
}

TEST_CASE("one value that is not finite is found wherever it stands") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()})
    for (const size_t count : {1UL, 33UL, 100UL})
      for (size_t at = 0; at < count; ++at) {
        INFO(bad << " at " << at << " of " << count);
        auto values = rising(count);
        values[at] = bad;
        CHECK_FALSE(extent_of(values).finite);
        CHECK(count_not_finite(values) == 1);
      }
}

TEST_CASE("joined extents bound both, and are finite where both are") {
  auto extent = extent_of(std::vector<float>{1, 2});
  extent.join(extent_of(std::vector<float>{-4, 0}));
  CHECK(extent.low == -4);
  CHECK(extent.high == 2);
  CHECK(extent.finite);
  extent.join({0, 0, false});
  CHECK_FALSE(extent.finite);
}
