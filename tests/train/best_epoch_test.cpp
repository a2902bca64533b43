#include "train/best_epoch.h"

#include <limits>

#include "catch.h"

using namespace qtool;

TEST_CASE("a later epoch is kept that is at most a standard error below the highest") {
  BestEpoch best;
  CHECK(best.accept(0, 0.90, 0.02));
  CHECK(best.accept(1, 0.89, 0.02));
  CHECK(best.kept == 1);
  CHECK(best.highest == 0);
  CHECK(best.accept(2, 0.93, 0.02));
  CHECK(best.highest == 2);
  CHECK_FALSE(best.accept(3, 0.90, 0.02));
  CHECK(best.kept == 2);
}

TEST_CASE("scores that fall by little each time are compared with the highest, not with the last one kept") {
  BestEpoch best;
  CHECK(best.accept(0, 0.90, 0.02));
  CHECK(best.accept(1, 0.885, 0.02));
  CHECK_FALSE(best.accept(2, 0.875, 0.02));
  CHECK(best.kept == 1);
}

TEST_CASE("of equals the later one is kept, and the highest is the first") {
  BestEpoch best;
  CHECK(best.accept(0, 1, 0));
  CHECK(best.accept(1, 1, 0));
  CHECK(best.kept == 1);
  CHECK(best.highest == 0);
}

TEST_CASE("where nothing is held out, the last one is kept") {
  BestEpoch best;
  const double none = std::numeric_limits<double>::quiet_NaN();
  CHECK(best.accept(0, none, 0));
  CHECK(best.accept(1, none, 0));
  CHECK(best.kept == 1);
}
