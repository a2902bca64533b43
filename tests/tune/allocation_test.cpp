#include "tune/allocation.h"

#include "catch.h"

using namespace qtool;

namespace {

/// Two layers of 100 and 10 weights: the small one is four times as sensitive.
std::vector<TunedLayer> two_layers() {
  return {{"big", {{0, 0, 400}, {8, 1, 100}, {4, 21, 50}}}, {"small", {{0, 0, 40}, {8, 4, 10}, {4, 84, 5}}}};
}

}  // namespace

TEST_CASE("noise and cost of an allocation are sums over its layers") {
  CHECK(noise_of(two_layers(), {1, 2}) == 1 + 84);
  CHECK(cost_of(two_layers(), {1, 2}) == 100 + 5);
}

TEST_CASE("choices that cost no less for more noise are not worth having") {
  CHECK(worth_having({{0, 0, 10}, {8, 1, 12}, {4, 2, 10}}) == std::vector<size_t>{0});
  CHECK(worth_having({{0, 1, 10}, {8, 1, 8}}) == std::vector<size_t>{1});
}

TEST_CASE("choices above the line between two others are not worth having") {
  // 4 to 3 bits saves 1 for 8 of noise; 3 to 2 bits then 4 for 8: on the way from 4 to 2 bits 5 for 16.
  CHECK(worth_having({{4, 0, 6}, {3, 8, 5}, {2, 16, 1}}) == std::vector<size_t>{0, 2});
  CHECK(worth_having({{4, 0, 6}, {3, 8, 2}, {2, 16, 1}}) == std::vector<size_t>{0, 1, 2});
}

TEST_CASE("the front takes the step that saves most for its noise") {
  // big: 300 for 1, then 50 for 20 (2.5); small: 30 for 4 (7.5), then 5 for 80.
  const std::vector<Allocation> expected = {{0, 0}, {1, 0}, {1, 1}, {2, 1}, {2, 2}};
  CHECK(front_of(two_layers()) == expected);
}

TEST_CASE("steps down from an allocation that is not on the front lead to choices worth having") {
  const auto steps = steps_down(two_layers(), {2, 0});
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].layer == 1);
  CHECK(steps[0].choice == 1);
  CHECK(steps[0].worth() == 7.5);
}

TEST_CASE("of steps that are worth the same the earlier layer's is first") {
  const TunedLayer layer{"same", {{8, 1, 100}, {4, 2, 50}}};
  const auto steps = steps_down({layer, layer}, {0, 0});
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].layer == 0);
}
