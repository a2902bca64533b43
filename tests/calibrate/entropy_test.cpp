#include <cmath>
#include <random>

#include "calibrate/calibrator.h"
#include "catch.h"
#include "observed.h"

using namespace qtool;

namespace {

const QuantScheme k8Bits = QuantScheme::activation(8, Symmetry::kAffine);

}  // namespace

TEST_CASE("a far outlier is clipped off the bulk") {
  std::mt19937 random(1);
  std::normal_distribution<float> draw(0, 1);
  std::vector<float> values(100000);
  for (auto& value : values) value = std::fabs(draw(random));
  values.push_back(64);
  const auto range = entropy_range(observed(values), k8Bits);
  CHECK(range.high < 16);
  CHECK(range.high > 2);
}

TEST_CASE("evenly spread values are not clipped") {
  std::vector<float> values;
  for (int i = 0; i < 65536; ++i) values.push_back(static_cast<float>(i) / 65536);
  const auto range = entropy_range(observed(values), k8Bits);
  CHECK(range.high > 0.98);
}

TEST_CASE("both ends of a symmetric bulk are clipped alike") {
  std::mt19937 random(2);
  std::normal_distribution<float> draw(0, 1);
  std::vector<float> values = {-64, 64};
  for (int i = 0; i < 50000; ++i) {
    const float value = draw(random);
    values.push_back(value);
    values.push_back(-value);
  }
  const auto range = entropy_range(observed(values), k8Bits);
  CHECK(range.high < 32);
  CHECK(range.low == Approx(-range.high));
}
