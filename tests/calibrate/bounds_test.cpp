#include "calibrate/bounds.h"

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

TEST_CASE("bounds are the smallest and the largest value of any number of them") {
  for (const size_t count : {1UL, 2UL, 31UL, 32UL, 33UL, 49UL, 64UL, 65UL, 784UL}) {
    INFO(count << " values");
    auto values = rising(count);
    const auto bounds = bounds_of(values);
    CHECK(bounds.low == -3);
    CHECK(bounds.high == static_cast<float>(count) - 4);
    CHECK(bounds.finite);
    std::swap(values.front(), values.back());
    CHECK(bounds_of(values).low == -3);
    CHECK(bounds_of(values).high == static_cast<float>(count) - 4);
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
        CHECK_FALSE(bounds_of(values).finite);
        CHECK(count_not_finite(values) == 1);
      }
}

TEST_CASE("joined bounds hold both, and are finite where both are") {
  auto bounds = bounds_of(std::vector<float>{1, 2});
  bounds.join(bounds_of(std::vector<float>{-4, 0}));
  CHECK(bounds.low == -4);
  CHECK(bounds.high == 2);
  CHECK(bounds.finite);
  bounds.join({0, 0, false});
  CHECK_FALSE(bounds.finite);
}
