#include "measure/drop.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("drop and interval worked out by hand") {
  // n + 2 = 102, b + 1/2 = 10.5, c + 1/2 = 4.5: centre 6 / 102,
  // standard error sqrt(15 - 36 / 102) / 102 = 0.0375210.
  const AccuracyDrop drop = accuracy_drop(100, 10, 4);
  CHECK(drop.drop == Approx(0.06));
  CHECK(drop.low == Approx(0.0588235 - 1.959964 * 0.0375210).epsilon(1e-4));
  CHECK(drop.high == Approx(0.0588235 + 1.959964 * 0.0375210).epsilon(1e-4));
}

TEST_CASE("no change at all still leaves some doubt") {
  const AccuracyDrop drop = accuracy_drop(50, 0, 0);
  CHECK(drop.drop == 0);
  CHECK(drop.low < -0.03);
  CHECK(drop.high == Approx(-drop.low));
}

TEST_CASE("the interval stays within what is possible") {
  const AccuracyDrop drop = accuracy_drop(1, 1, 0);
  CHECK(drop.high <= 1);
  CHECK(drop.low >= -1);
}

TEST_CASE("samples are compared one by one") {
  const AccuracyDrop drop = accuracy_drop({true, true, false, true}, {false, true, true, false});
  CHECK(drop.samples == 4);
  CHECK(drop.lost == 2);
  CHECK(drop.gained == 1);
  CHECK(drop.drop == 0.25);
}
