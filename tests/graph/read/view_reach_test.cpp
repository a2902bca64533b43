#include "graph/read/view_reach.h"

#include <limits>

#include "catch.h"
#include "graph/read/flaw.h"

using namespace qtool;

namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

}  // namespace

TEST_CASE("a view reaches one element beyond its last") {
  CHECK(reach_of_view(0, {2, 3}, {3, 1}) == 6);
  CHECK(reach_of_view(4, {2, 3}, {3, 1}) == 10);
  CHECK(reach_of_view(0, {3, 2}, {1, 3}) == 6);
  CHECK(reach_of_view(0, {1000, 2}, {0, 1}) == 2);
  CHECK(reach_of_view(7, {}, {}) == 8);
  CHECK(reach_of_view(7, {2, 0}, {1, 1}) == 0);
}

TEST_CASE("a view of impossible numbers is a flaw") {
  CHECK_THROWS_AS(reach_of_view(-1, {2}, {1}), Flaw);
  CHECK_THROWS_AS(reach_of_view(0, {-2}, {1}), Flaw);
  CHECK_THROWS_AS(reach_of_view(0, {2}, {-1}), Flaw);
  CHECK_THROWS_AS(reach_of_view(0, {2, 2}, {1}), Flaw);
  CHECK_THROWS_AS(reach_of_view(0, {kMost, 4}, {0, 0}), Flaw);
  CHECK_THROWS_AS(reach_of_view(0, {3}, {kMost}), Flaw);
  CHECK_THROWS_AS(reach_of_view(kMost, {1}, {1}), Flaw);
}
