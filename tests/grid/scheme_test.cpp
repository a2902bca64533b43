#include "grid/scheme.h"

#include "base/error.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("signed grids of 8 bits leave the lowest value out, smaller ones do not") {
  const auto eight = QuantScheme::weight(8, Granularity::kPerTensor, 0);
  CHECK(eight.qmin() == -127);
  CHECK(eight.qmax() == 127);
  const auto two = QuantScheme::weight(2, Granularity::kPerTensor, 0);
  CHECK(two.qmin() == -2);
  CHECK(two.qmax() == 1);
}

TEST_CASE("the range of a signed grid of few bits ends almost half a step beyond its outermost values") {
  const auto eight = QuantScheme::weight(8, Granularity::kPerTensor, 0);
  CHECK(eight.steps_below() == 127);
  CHECK(eight.steps_above() == 127);
  const auto four = QuantScheme::weight(4, Granularity::kPerTensor, 0);
  CHECK(four.steps_below() == Approx(8.4999));
  CHECK(four.steps_above() == Approx(7.4999));
}

TEST_CASE("the zero point of a symmetric grid is in its middle") {
  const auto scheme = QuantScheme::activation(8, Symmetry::kSymmetric);
  CHECK(scheme.middle() == 128);
  CHECK(scheme.steps_below() == 127);
  CHECK(scheme.steps_above() == 127);
  CHECK(QuantScheme::weight(5, Granularity::kPerTensor, 0).middle() == 0);
}

TEST_CASE("schemes are equal where their grids are, and name themselves") {
  const auto channels = QuantScheme::weight(8, Granularity::kPerChannel, 1);
  CHECK(channels.to_string() == "int8 symmetric per-channel(1)");
  CHECK_FALSE(channels == QuantScheme::weight(8, Granularity::kPerChannel, 0));
  CHECK(QuantScheme::weight(8, Granularity::kPerTensor, 1) ==
        QuantScheme::weight(8, Granularity::kPerTensor, 0));
  CHECK(QuantScheme::activation(4, Symmetry::kAffine).to_string() == "uint4 affine per-tensor");
}

TEST_CASE("grids have 2 to 8 bits") {
  for (const int64_t bits : {-1, 0, 1, 9}) {
    CHECK_THROWS_AS(QuantScheme::weight(bits, Granularity::kPerTensor, 0), Error);
    CHECK_THROWS_AS(QuantScheme::activation(bits, Symmetry::kAffine), Error);
  }
}

TEST_CASE("groups are of weights with a scale for each channel, and schemes with others differ") {
  const auto channels = QuantScheme::weight(4, Granularity::kPerChannel, 0);
  const auto groups = channels.in_groups_of(32);
  CHECK(channels.group() == 0);
  CHECK(groups.group() == 32);
  CHECK(groups.qmin() == -8);
  CHECK(groups.to_string() == "int4 symmetric per-group(32)");
  CHECK_FALSE(groups == channels);
  CHECK_FALSE(groups == channels.in_groups_of(64));
}
