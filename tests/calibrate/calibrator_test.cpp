#include "calibrate/calibrator.h"

#include <random>

#include "catch.h"
#include "observed.h"

using namespace qtool;

namespace {

SiteStatistics normal_values() {
  std::mt19937 random(1);
  std::normal_distribution<float> draw(0.5F, 1);
  std::vector<float> values(20000);
  for (auto& value : values) value = draw(random);
  return observed(values);
}

const QuantScheme k8Bits = QuantScheme::activation(8, Symmetry::kAffine);

}  // namespace

TEST_CASE("min-max takes the whole range") {
  const auto range = choose_range(Calibrator::kMinMax, observed({-1, 2, 7}), k8Bits);
  CHECK(range.low == -1);
  CHECK(range.high == 7);
}

TEST_CASE("moving average takes the mean of the batches' ends") {
  auto statistics = observed({-1, 2});
  merge(statistics, observed({-3, 6}));
  const auto range = choose_range(Calibrator::kMovingAverage, statistics, k8Bits);
  CHECK(range.low == -2);
  CHECK(range.high == 4);
}

TEST_CASE("every calibrator stays within what was seen, at all bits") {
  const auto statistics = normal_values();
  for (const auto& row : Names<Calibrator>::table)
    for (int64_t bits = 2; bits <= 8; ++bits) {
      const auto range =
          choose_range(row.value, statistics, QuantScheme::activation(bits, Symmetry::kAffine));
      INFO(row.name << " " << bits);
      CHECK(range.low >= statistics.low);
      CHECK(range.high <= statistics.high);
      CHECK(range.low < range.high);
    }
}

TEST_CASE("every calibrator takes a single value, only negative ones, and only zeros") {
  for (const auto& row : Names<Calibrator>::table) {
    INFO(row.name);
    CHECK(choose_range(row.value, observed({3.0F}), k8Bits).high == Approx(3).epsilon(0.02));
    const auto negative = choose_range(row.value, observed({-4.0F, -1.0F, -2.0F}), k8Bits);
    CHECK(negative.low == Approx(-4).epsilon(0.02));
    const auto zeros = choose_range(row.value, observed({0.0F, 0.0F}), k8Bits);
    CHECK(zeros.low == 0);
    CHECK(zeros.high == 0);
  }
}
