#include "report/batch/pareto.h"

#include "catch.h"

using namespace qtool;
using Front = std::vector<size_t>;

TEST_CASE("the front has what no other point beats, by cost") {
  CHECK(pareto_front({}).empty());
  CHECK(pareto_front({{1, 0.5}}) == Front{0});
  CHECK(pareto_front({{3, 0.9}, {1, 0.5}, {2, 0.4}, {2, 0.7}}) == Front{1, 3, 0});
  CHECK(pareto_front({{1, 0.5}, {1, 0.9}}) == Front{1});
  CHECK(pareto_front({{1, 0.5}, {2, 0.5}}) == Front{0});
  CHECK(pareto_front({{1, 0.5}, {1, 0.5}}) == Front{0});
}
