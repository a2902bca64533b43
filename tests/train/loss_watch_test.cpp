#include "train/loss_watch.h"

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

constexpr double kChance = 2.3;  // of ten classes

}  // namespace

TEST_CASE("what is not finite is bad at once") {
  LossWatch watch;
  watch.begin(4, LossWatch::kNone);
  CHECK(watch.accept(1, kChance));
  CHECK_FALSE(watch.accept(std::nan(""), kChance));
  CHECK_FALSE(watch.accept(INFINITY, kChance));
}

TEST_CASE("noise and a jump to what a beginner has are not divergence") {
  LossWatch watch;
  watch.begin(4, 0.1);
  for (const double loss : {0.3, 1.5, 4.0, 3.0}) CHECK(watch.accept(loss, kChance));
  CHECK(watch.lowest() == 0.1);
}

TEST_CASE("a window is bad as soon as its mean must pass the limit") {
  LossWatch watch;
  watch.begin(4, 0.1);
  CHECK(watch.accept(10, kChance));
  CHECK(watch.accept(8, kChance));
  CHECK_FALSE(watch.accept(1, kChance));  // 19 / 4 > 4.6
  CHECK(watch.limit() == 4.6);
}

TEST_CASE("a high loss at the start sets the scale") {
  LossWatch watch;
  watch.begin(2, LossWatch::kNone);
  CHECK(watch.accept(20, kChance));
  CHECK(watch.accept(50, kChance));
  CHECK(watch.lowest() == 20);
  watch.begin(2, watch.lowest());
  CHECK(watch.accept(8, kChance));
  CHECK(watch.accept(4, kChance));
  CHECK(watch.lowest() == 6);
}

TEST_CASE("a negative loss counts as none") {
  LossWatch watch;
  watch.begin(4, LossWatch::kNone);
  for (const double loss : {-1.0, -2.0, -1.5, -3.0}) CHECK(watch.accept(loss, kChance));
  CHECK(watch.lowest() == 0);
}
