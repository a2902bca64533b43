#include <cmath>
#include <random>

#include "calibrate/mse.h"
#include "grid/affine.h"
#include "observed.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

double squared_error(const std::vector<float>& values, const QuantScheme& scheme, double low, double high) {
  const auto grid = QParams::cover(scheme, low, high);
  double sum = 0;
  for (const float value : values) {
    const auto q = quantize_value(value, grid.scale(), grid.zero_point(), scheme.qmin(), scheme.qmax());
    const double off = dequantize_value(q, grid.scale(), grid.zero_point()) - value;
    sum += off * off;
  }
  return sum;
}

/// The least error over all pairs of ends, in steps of 1/64 of the range.
double least_error(const std::vector<float>& values, const QuantScheme& scheme) {
  const auto seen = observed(values);
  const double low = std::min(seen.low, 0.0), high = std::max(seen.high, 0.0);
  double best = std::numeric_limits<double>::infinity();
  for (int i = low < 0 ? 1 : 64; i <= 64; ++i)
    for (int k = 1; k <= 64; ++k)
      best = std::min(best, squared_error(values, scheme, low * i / 64, high * k / 64));
  return best;
}

std::vector<float> draw(size_t count, float mean, float deviation, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(mean, deviation);
  std::vector<float> values(count);
  for (auto& value : values) value = normal(random);
  return values;
}

std::vector<float> positive_with_outlier() {
  auto values = draw(1500, 0, 0.5F, 1);
  for (auto& value : values) value = std::fabs(value);
  values.push_back(8);
  return values;
}

}  // namespace

TEST_CASE("an outlier is clipped at 4 bits and kept at 8") {
  const auto values = positive_with_outlier();
  const auto four = mse_range(observed(values), QuantScheme::activation(4, Symmetry::kAffine));
  CHECK(four.high < 6.5);
  CHECK(four.high > 1);
  const auto eight = mse_range(observed(values), QuantScheme::activation(8, Symmetry::kAffine));
  CHECK(eight.high > 7.7);
}

TEST_CASE("the error is close to the least that any range gives") {
  for (const auto& values : {positive_with_outlier(), draw(1000, 0, 1, 2), draw(1000, 0.7F, 1, 3)})
    for (const int64_t bits : {2, 3, 4, 6}) {
      const auto scheme = QuantScheme::activation(bits, Symmetry::kAffine);
      const auto range = mse_range(observed(values), scheme);
      INFO(bits << " bits, " << range.low << " to " << range.high);
      CHECK(squared_error(values, scheme, range.low, range.high) <= 1.1 * least_error(values, scheme));
    }
}

TEST_CASE("fewer bits never take a wider range of a bell curve") {
  const auto statistics = observed(draw(20000, 0, 1, 4));
  double last = 0;
  for (int64_t bits = 2; bits <= 8; ++bits) {
    const auto range = mse_range(statistics, QuantScheme::activation(bits, Symmetry::kAffine));
    CHECK(range.high - range.low >= last);
    last = range.high - range.low;
  }
}
