#include "calibrate/range_search.h"

#include <cmath>

#include "catch.h"
#include "observed.h"

using namespace qtool;

TEST_CASE("points are the centres of bins that hold something") {
  const auto points = points_of(histogram_of(std::vector<float>{0.25F, 0.25F, 3}));
  REQUIRE(points.size() == 2);
  CHECK(points[0].value == Approx(0.25).margin(0.01));
  CHECK(points[0].count == 2);
  CHECK(points[1].value == Approx(3).margin(0.01));
  CHECK(points[1].count == 1);
}

TEST_CASE("the range with the least error is found, each end by itself") {
  const auto seen = observed({-8, 16});
  const auto range = least_error_range(
      seen, [](double low, double high) { return std::abs(low + 4) + std::abs(high - 8.75); });
  CHECK(range.low == -4);
  CHECK(range.high == 8.75);
}

TEST_CASE("a range with one end at zero keeps it there") {
  const auto range =
      least_error_range(observed({2, 64}), [](double low, double high) { return std::abs(high - 32) - low; });
  CHECK(range.low == 0);
  CHECK(range.high == 32);
}

TEST_CASE("where nothing is better than all that was seen, that is the range") {
  const auto range = least_error_range(observed({-1, 3}), [](double, double) { return 1.0; });
  CHECK(range.low == -1);
  CHECK(range.high == 3);
}
