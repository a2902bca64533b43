#include <algorithm>
#include <cmath>
#include <random>

#include "calibrate/entropy.h"
#include "grid/qparams.h"
#include "observed.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

QuantScheme bits(int64_t count) { return QuantScheme::activation(count, Symmetry::kAffine); }

std::vector<float> normal(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> draw(0, 1);
  std::vector<float> values(count);
  for (auto& value : values) value = draw(random);
  return values;
}

std::vector<float> half_normal(size_t count, unsigned seed) {
  auto values = normal(count, seed);
  for (auto& value : values) value = std::fabs(value);
  return values;
}

/// The positive half of the Laplace distribution: tails much longer than the normal's.
std::vector<float> exponential(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::exponential_distribution<float> draw(1);
  std::vector<float> values(count);
  for (auto& value : values) value = draw(random);
  return values;
}

std::vector<float> with(std::vector<float> values, size_t copies, float value) {
  values.insert(values.end(), copies, value);
  return values;
}

std::vector<float> even(float low, float high) {
  std::vector<float> values;
  for (int i = 0; i <= 65536; ++i) values.push_back(low + (high - low) * static_cast<float>(i) / 65536);
  return values;
}

/// The share of values that lie more than half a step off the grid: whose error is more than rounding.
double clipped(const std::vector<float>& values, const ValueRange& range, const QuantScheme& scheme) {
  const auto grid = QParams::cover(scheme, range.low, range.high);
  const double low = grid.low() - grid.scale() / 2, high = grid.high() + grid.scale() / 2;
  return static_cast<double>(
             std::ranges::count_if(values, [&](float value) { return value < low || value > high; })) /
         static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("a far outlier is clipped off the bulk, at any number of bits") {
  const auto values = with(half_normal(100000, 1), 1, 64);
  for (const int64_t count : {2, 4, 6, 8}) {
    const auto range = entropy_range(observed(values), bits(count));
    INFO(count << " bits: " << range.high);
    CHECK(range.high < 32);
    CHECK(range.high > 2);
    CHECK(clipped(values, range, bits(count)) < 0.01);
  }
}

TEST_CASE("a far outlier at each end is clipped off alike") {
  auto values = with(with({}, 1, 64), 1, -64);
  for (const float value : normal(50000, 2)) {
    values.push_back(value);
    values.push_back(-value);
  }
  for (const int64_t count : {2, 4, 6, 8}) {
    const auto range = entropy_range(observed(values), bits(count));
    INFO(count << " bits: " << range.low << " to " << range.high);
    CHECK(range.high < 32);
    CHECK(range.high > 1.5);
    CHECK(range.low == Approx(-range.high));
    CHECK(clipped(values, range, bits(count)) < 0.03);
  }
}

TEST_CASE("evenly spread values are not clipped") {
  for (const auto& values : {even(0, 1), even(-1, 1), even(-1, 0)})
    for (const int64_t count : {4, 6, 8}) {
      const auto range = entropy_range(observed(values), bits(count));
      INFO(count << " bits: " << range.low << " to " << range.high);
      CHECK(clipped(values, range, bits(count)) < 1e-3);
    }
}

TEST_CASE("zeros of a ReLU do not change the range") {
  const auto positive = half_normal(100000, 3);
  const auto after_relu = with(positive, 300000, 0);
  for (const int64_t count : {4, 8}) {
    const auto range = entropy_range(observed(positive), bits(count));
    CHECK(entropy_range(observed(after_relu), bits(count)).high == range.high);
    CHECK(clipped(positive, range, bits(count)) < (count == 8 ? 1e-4 : 1e-3));
  }
}

TEST_CASE("a constant background does not make clipping the rest look cheap") {
  auto values = half_normal(100000, 4);
  for (const float level : {0.13F, 0.21F, 0.37F, 0.44F, 0.58F, 0.71F, 0.83F, 0.96F})
    values = with(std::move(values), 12000, level);
  for (const int64_t count : {4, 8}) {
    const auto range = entropy_range(observed(values), bits(count));
    INFO(count << " bits: " << range.high);
    CHECK(clipped(values, range, bits(count)) < 1e-3);
  }
}

TEST_CASE("a long tail is clipped the more the fewer bits there are") {
  const auto values = exponential(100000, 5);
  const auto statistics = observed(values);
  double last = 0;
  for (const int64_t count : {2, 4, 6, 8}) {
    const auto range = entropy_range(statistics, bits(count));
    INFO(count << " bits: " << range.high);
    CHECK(range.high > last);
    CHECK(clipped(values, range, bits(count)) < (count == 8 ? 2e-4 : 0.01));
    last = range.high;
  }
  CHECK(entropy_range(statistics, bits(4)).high < 0.8 * statistics.high);
}

TEST_CASE("the shorter side is left whole where only the longer one has outliers") {
  const auto values = with(even(-0.5F, 1), 3, 12);
  const auto range = entropy_range(observed(values), bits(4));
  CHECK(range.high < 6);
  CHECK(range.low == -0.5);
}

TEST_CASE("a site of zeros only keeps its empty range") {
  const auto range = entropy_range(observed(std::vector<float>(100, 0)), bits(8));
  CHECK(range.low == 0);
  CHECK(range.high == 0);
}
