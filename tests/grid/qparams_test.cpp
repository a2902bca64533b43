#include "grid/qparams.h"

#include <ATen/ops/tensor.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "catch.h"
#include "grid/affine.h"
#include "grid/unsigned_8.h"

using namespace qtool;

namespace {
constexpr double kInf = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("an affine grid covers the range and holds zero exactly") {
  const auto qparams = QParams::cover(kUint8, -1.0, 4.1);  // 5.1 / 255 = 0.02, zero point 1.0 / 0.02 = 50
  CHECK(qparams.scale() == Approx(0.02));
  CHECK(qparams.zero_point() == 50);
  CHECK(qparams.low() == Approx(-1.0));
  CHECK(qparams.high() == Approx(4.1));
}

TEST_CASE("a range on one side of zero is widened to zero") {
  CHECK(QParams::cover(kUint8, 1.0, 2.55).zero_point() == 0);
  CHECK(QParams::cover(kUint8, 1.0, 2.55).scale() == Approx(0.01));
  CHECK(QParams::cover(kUint8, -2.55, -1.0).zero_point() == 255);
}

TEST_CASE("a symmetric grid has its zero in the middle") {
  const auto weights = QParams::cover(QuantScheme::weight(8, Granularity::kPerTensor, 0), -1.27, 0.5);
  CHECK(weights.scale() == Approx(0.01));
  CHECK(weights.zero_point() == 0);
  const auto activations = QParams::cover(QuantScheme::activation(8, Symmetry::kSymmetric), -0.5, 1.27);
  CHECK(activations.scale() == Approx(0.01));
  CHECK(activations.zero_point() == 128);
}

TEST_CASE(
    "a weight's grid of few bits uses its lowest value, and rounds the ends of the range to its own ends") {
  const auto scheme = QuantScheme::weight(3, Granularity::kPerTensor, 0);  // -4 to 3, for -4.5 to 3.5 steps
  for (const auto& [low, high, scale] : {std::tuple{-0.9, 0.5, 0.2}, {-0.9, 0.7, 0.2}, {-0.1, 0.7, 0.2}}) {
    const auto qparams = QParams::cover(scheme, low, high);
    INFO(low << " to " << high);
    CHECK(qparams.scale() == Approx(scale).epsilon(1e-4));
    CHECK(qparams.zero_point() == 0);
    const auto q = [&](double x) {
      return quantize_value(static_cast<float>(x), qparams.scale(), 0, /*qmin=*/-100, /*qmax=*/100);
    };
    CHECK(q(low) >= scheme.qmin());
    CHECK(q(high) <= scheme.qmax());
    CHECK((q(low) == scheme.qmin() || q(high) == scheme.qmax()));
  }
}

TEST_CASE("bits set the grid") {
  CHECK(QuantScheme::weight(2, Granularity::kPerTensor, 0).qmin() == -2);
  CHECK(QuantScheme::weight(2, Granularity::kPerTensor, 0).qmax() == 1);
  CHECK(QuantScheme::weight(7, Granularity::kPerTensor, 0).qmin() == -64);
  CHECK(QuantScheme::weight(8, Granularity::kPerTensor, 0).qmin() == -127);
  CHECK(QuantScheme::activation(4, Symmetry::kAffine).qmax() == 15);
  CHECK_THROWS_AS(QuantScheme::weight(1, Granularity::kPerTensor, 0), Error);
  CHECK_THROWS_AS(QuantScheme::activation(9, Symmetry::kAffine), Error);
}

TEST_CASE("an empty range gives scale 1; what is not finite is refused") {
  CHECK(QParams::cover(kUint8, 0.0, 0.0).scale() == 1.0);
  CHECK_THROWS_WITH(QParams::cover(kUint8, 0.0, kInf), contains("not finite"));
  CHECK_THROWS_WITH(QParams::cover(kUint8, std::nan(""), 1.0), contains("not finite"));
}

TEST_CASE("a tiny range keeps a scale whose inverse is finite") {
  const auto qparams = QParams::cover(kUint8, 0.0, 1e-40);
  CHECK(std::isfinite(1.0f / static_cast<float>(qparams.scale())));
}

TEST_CASE("invalid parameters cannot be made") {
  CHECK_THROWS_WITH(QParams(kUint8, 0.0, 0), contains("scale is not a positive number"));
  CHECK_THROWS_WITH(QParams(kUint8, -1.0, 0), contains("-1.0"));
  CHECK_THROWS_WITH(QParams(kUint8, kInf, 0), contains("inf"));
  CHECK_THROWS_WITH(QParams(kUint8, 1.0, 256), contains("256"));
  CHECK_THROWS_WITH(QParams(kUint8, 1.0, -1), contains("zero point is off the grid"));
}

TEST_CASE("scales of groups are values of float16, where it has 8 bits for each of them") {
  const auto groups = QuantScheme::weight(4, Granularity::kPerChannel, 0).in_groups_of(32);
  const auto zeros = at::tensor({0, 0}, at::kLong);
  const auto scales = [&](const QuantScheme& scheme, double first, double second) {
    return QParams(scheme, at::tensor({first, second}, at::kDouble), zeros).scales();
  };
  // Steps of float16 above 1 are 2^-10.
  CHECK(at::equal(scales(groups, 1 + 0.4 / 1024, 0.5), at::tensor({1.0, 0.5}, at::kDouble)));
  CHECK(at::equal(scales(groups, 1 + 0.6 / 1024, 0.5), at::tensor({1 + 1.0 / 1024, 0.5}, at::kDouble)));
  for (const double beyond : {1e-6, 1e6})
    CHECK(
        at::equal(scales(groups, 1 + 0.4 / 1024, beyond), at::tensor({1 + 0.4 / 1024, beyond}, at::kDouble)));
  const auto channels = QuantScheme::weight(4, Granularity::kPerChannel, 0);
  CHECK(at::equal(scales(channels, 1 + 0.4 / 1024, 0.5), at::tensor({1 + 0.4 / 1024, 0.5}, at::kDouble)));
}
