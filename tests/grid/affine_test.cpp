#include "grid/affine.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/tensor.h>

#include "catch.h"
#include "grid/unsigned_8.h"

using namespace qtool;

TEST_CASE("ties go to the even integer, before the zero point is added") {
  // scale 1, zero point 3: 0.5 -> 0 -> 3, 1.5 -> 2 -> 5, 2.5 -> 2 -> 5, -0.5 -> 0 -> 3, -1.5 -> -2 -> 1
  const QParams qparams(kUint8, 1.0, 3);
  const auto x = at::tensor({0.5f, 1.5f, 2.5f, -0.5f, -1.5f});
  CHECK(at::equal(quantize(x, qparams), at::tensor({3, 5, 5, 3, 1}, at::kLong)));
  CHECK(at::equal(fake_quantize(x, qparams), at::tensor({0.f, 2.f, 2.f, 0.f, -2.f})));
}

TEST_CASE("values outside the range are clamped to its ends") {
  const QParams qparams(kUint8, 0.5, 10);
  const auto x = at::tensor({-100.f, -5.f, -5.25f, 122.5f, 1000.f});
  CHECK(at::equal(quantize(x, qparams), at::tensor({0, 0, 0, 255, 255}, at::kLong)));
  CHECK(at::equal(dequantize(quantize(x, qparams), qparams), at::tensor({-5.f, -5.f, -5.f, 122.5f, 122.5f})));
}

TEST_CASE("per-channel scales run along the axis") {
  const QParams qparams(QuantScheme::weight(8, Granularity::kPerChannel, 1),
                        at::tensor({1.0, 0.1}, at::kDouble), at::tensor({0, 0}, at::kLong));
  const auto x = at::tensor({3.f, 3.f, -200.f, -20.f}).view({2, 2});
  CHECK(at::equal(quantize(x, qparams), at::tensor({3, 30, -127, -127}, at::kLong).view({2, 2})));
}

TEST_CASE("fast path, tensor path and plain reference agree") {
  const auto x = at::linspace(-3, 5, 4001);
  for (const int64_t bits : {2, 3, 4, 8}) {
    const auto scheme = QuantScheme::activation(bits, Symmetry::kAffine);
    const auto qparams = QParams::cover(scheme, -1.7, 3.1);
    const auto q = quantize(x, qparams);
    REQUIRE(at::equal(dequantize(q, qparams), fake_quantize(x, qparams)));
    for (int64_t i = 0; i < x.numel(); ++i) {
      const auto expected = quantize_value(x[i].item<float>(), qparams.scale(), qparams.zero_point(),
                                           scheme.qmin(), scheme.qmax());
      REQUIRE(q[i].item<int64_t>() == expected);
    }
  }
}

TEST_CASE("groups of neighbours in a row have scales of their own, one row's before the next one's") {
  // Steps 1 and 0.5 in the first row, 0.25 and 2 in the second: 3, 1 | 1.5 -> 3 steps, 9 -> 7, the most;
  // 0.25 -> 1, -0.3 -> -1 | 5 -> 2.5, even is 2, -100 -> -8, the least.
  const QParams qparams(QuantScheme::weight(4, Granularity::kPerChannel, 0).in_groups_of(2),
                        at::tensor({1.0, 0.5, 0.25, 2.0}, at::kDouble), at::tensor({0, 0, 0, 0}, at::kLong));
  const auto x = at::tensor({3.f, 1.f, 1.5f, 9.f, 0.25f, -0.3f, 5.f, -100.f}).view({2, 4});
  CHECK(at::equal(quantize(x, qparams), at::tensor({3, 1, 3, 7, 1, -1, 2, -8}, at::kLong).view({2, 4})));
  const auto rounded = at::tensor({3.f, 1.f, 1.5f, 3.5f, 0.25f, -0.25f, 4.f, -16.f}).view({2, 4});
  CHECK(at::equal(fake_quantize(x, qparams), rounded));
  CHECK(at::equal(dequantize(quantize(x, qparams), qparams), rounded));
}
