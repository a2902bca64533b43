#include "train/schedule.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("constant after a linear warm-up") {
  const ScheduleOptions options{.kind = ScheduleKind::kConstant, .warm_up = 0.4};
  CHECK(learning_rate_at(options, 1.0, 0, 10) == Approx(0.25));
  CHECK(learning_rate_at(options, 1.0, 3, 10) == Approx(1.0));
  CHECK(learning_rate_at(options, 1.0, 9, 10) == 1.0);
}

TEST_CASE("cosine from the peak down to zero") {
  const ScheduleOptions options{.kind = ScheduleKind::kCosine, .warm_up = 0};
  CHECK(learning_rate_at(options, 0.8, 0, 100) == Approx(0.8));
  CHECK(learning_rate_at(options, 0.8, 50, 100) == Approx(0.4));
  CHECK(learning_rate_at(options, 0.8, 100, 100) == Approx(0.0).margin(1e-12));
  CHECK(learning_rate_at(options, 0.8, 99, 100) > 0);
}

TEST_CASE("cosine begins after its warm-up") {
  const ScheduleOptions options{.kind = ScheduleKind::kCosine, .warm_up = 0.2};
  CHECK(learning_rate_at(options, 1.0, 9, 100) == Approx(0.5));
  CHECK(learning_rate_at(options, 1.0, 20, 100) == Approx(1.0));
  CHECK(learning_rate_at(options, 1.0, 60, 100) == Approx(0.5));
}

TEST_CASE("one cycle: from a 25th up to the peak and down") {
  const ScheduleOptions options{.kind = ScheduleKind::kOneCycle, .warm_up = 0.2};
  CHECK(learning_rate_at(options, 0.1, 0, 100) == Approx(0.004));
  CHECK(learning_rate_at(options, 0.1, 10, 100) == Approx(0.052));  // half way between 0.004 and 0.1
  CHECK(learning_rate_at(options, 0.1, 20, 100) == Approx(0.1));
  CHECK(learning_rate_at(options, 0.1, 60, 100) == Approx(0.05));
  CHECK(learning_rate_at(options, 0.1, 100, 100) == Approx(0.0).margin(1e-12));
}

TEST_CASE("a single step is defined for every schedule") {
  for (const auto kind : {ScheduleKind::kConstant, ScheduleKind::kCosine, ScheduleKind::kOneCycle})
    CHECK(learning_rate_at({.kind = kind, .warm_up = 0.9}, 0.1, 0, 1) == Approx(0.1));
}
