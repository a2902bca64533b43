#include "job/options/time_budget.h"

#include "base/error.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("a length of time has a unit") {
  CHECK(seconds_of("90s", "") == 90);
  CHECK(seconds_of("30m", "") == 1800);
  CHECK(seconds_of("1.5h", "") == 5400);
  for (const char* text : {"", "30", "m", "30 m", "30min", "-3m", "0s", "nanm", "infh", "1e400s"})
    CHECK_THROWS_AS(seconds_of(text, ""), Error);
}
