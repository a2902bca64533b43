#include "measure/drop.h"

#include "catch.h"

using namespace qtool;

namespace {

MetricResult shares(std::vector<double> samples) {
  return {.info = {.name = "share", .unit = "%"}, .value = 0, .samples = std::move(samples)};
}

MetricResult errors(std::vector<double> samples, double value = 0) {
  return {.info = {.name = "error", .better = Better::kLower}, .value = value, .samples = std::move(samples)};
}

}  // namespace

TEST_CASE("drop and interval worked out by hand") {
  // n + 2 = 102, b + 1/2 = 10.5, c + 1/2 = 4.5: centre 6 / 102,
  // standard error sqrt(15 - 36 / 102) / 102 = 0.0375210.
  const MetricDrop drop = share_drop(100, 10, 4);
  CHECK(drop.value == Approx(6));
  CHECK(*drop.low == Approx(5.88235 - 1.959964 * 3.75210).epsilon(1e-4));
  CHECK(*drop.high == Approx(5.88235 + 1.959964 * 3.75210).epsilon(1e-4));
}

TEST_CASE("no change at all still leaves some doubt") {
  const MetricDrop drop = share_drop(50, 0, 0);
  CHECK(drop.value == 0);
  CHECK(*drop.low < -3);
  CHECK(*drop.high == Approx(-*drop.low));
}

TEST_CASE("the interval stays within what is possible") {
  const MetricDrop drop = share_drop(1, 1, 0);
  CHECK(*drop.high <= 100);
  CHECK(*drop.low >= -100);
}

TEST_CASE("samples that are right or wrong are compared one by one") {
  const MetricDrop drop = metric_drop(shares({100, 100, 0, 100}), shares({0, 100, 100, 0}));
  const MetricDrop expected = share_drop(4, 2, 1);
  CHECK(drop.value == 25);
  CHECK(drop.low == expected.low);
  CHECK(drop.high == expected.high);
}

TEST_CASE("a real value has the interval of the mean difference, worked out by hand") {
  // Errors 1, 2, 3, 4 become 2, 2, 5, 5: worse by 1, 0, 2, 1, mean 1, squares 0 + 1 + 1 + 0, variance 2 / 3,
  // standard error sqrt(2 / 3 / 4) = 0.408248.
  const MetricDrop drop = metric_drop(errors({1, 2, 3, 4}), errors({2, 2, 5, 5}));
  CHECK(drop.value == 1);
  CHECK(*drop.low == Approx(1 - 1.959964 * 0.408248).epsilon(1e-5));
  CHECK(*drop.high == Approx(1 + 1.959964 * 0.408248).epsilon(1e-5));
}

TEST_CASE("without values of samples, or of a single one, there is no interval") {
  CHECK(metric_drop(errors({}, 3), errors({}, 5)).value == 2);
  CHECK_FALSE(metric_drop(errors({}, 3), errors({}, 5)).low);
  CHECK(metric_drop(errors({3}), errors({5})).value == 2);
  CHECK_FALSE(metric_drop(errors({3}), errors({5})).high);
}

TEST_CASE("shares that are not only right or wrong are real values") {
  CHECK(*metric_drop(shares({50, 50}), shares({50, 50})).low == 0);
}

TEST_CASE("without samples the interval is that of replicas of the data") {
  const MetricInfo info{.name = "f1", .unit = "%"};
  const MetricResult before{.info = info, .value = 80, .replicas = {80, 82, 78}};
  const MetricResult after{.info = info, .value = 79, .replicas = {79, 80, 78}};
  const auto drop = metric_drop(before, after);  // of replicas 1, 2, 0: standard deviation 1
  CHECK(drop.value == 1);
  CHECK(*drop.low == Approx(1 - 1.96).margin(0.001));
  CHECK(*drop.high == Approx(1 + 1.96).margin(0.001));
  CHECK_FALSE(metric_drop({.info = info, .value = 2}, {.info = info, .value = 1}).low);
}
