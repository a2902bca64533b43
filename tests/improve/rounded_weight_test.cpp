#include "improve/rounded_weight.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include "catch.h"

using namespace qtool;

namespace {

/// Steps of 0.5, 4 bits: -8 to 7.
QParams grid() {
  return {QuantScheme::weight(4, Granularity::kPerTensor, 0), at::tensor({0.5}, at::kDouble),
          at::tensor({0}, at::kLong)};
}

bool same(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>() < 1e-5; }

}  // namespace

TEST_CASE("a weight begins where it is, and rounds to the nearest") {
  const auto weight = at::tensor({0.1F, 0.4F, -0.7F, 0.75F});
  const auto before = weight.clone();
  const RoundedWeight rounded(weight, grid());
  rounded.write_soft();
  CHECK(same(weight, before));
  rounded.write_hard();
  CHECK(same(weight, at::tensor({0.0F, 0.5F, -0.5F, 1.0F})));
  rounded.write_back();
  CHECK(same(weight, before));
}

TEST_CASE("a weight beyond the grid stays on its last value") {
  const auto weight = at::tensor({9.0F, -9.0F});
  const RoundedWeight rounded(weight, grid());
  rounded.write_hard();
  CHECK(same(weight, at::tensor({3.5F, -4.0F})));
}

TEST_CASE("a gradient moves a weight to the other of its two integers, and no further") {
  const auto weight = at::tensor({0.3F, 0.2F});
  RoundedWeight rounded(weight, grid());
  for (int i = 0; i < 200; ++i)
    rounded.step(at::tensor({1.0F, -1.0F}), {.rounding = 0.1, .scale = 0, .sharpness = 0, .power = 2});
  rounded.write_hard();
  CHECK(same(weight, at::tensor({0.0F, 0.5F})));
}

TEST_CASE("sharpness alone moves weights to the nearer integer") {
  const auto weight = at::tensor({0.3F, 0.2F});
  RoundedWeight rounded(weight, grid());
  for (int i = 0; i < 400; ++i)
    rounded.step(at::tensor({0.0F, 0.0F}), {.rounding = 0.1, .scale = 0, .sharpness = 1, .power = 2});
  rounded.write_soft();
  CHECK(same(weight, at::tensor({0.5F, 0.0F})));
}

TEST_CASE("the scale is learned, within a half and twice what it was") {
  const auto weight = at::tensor({1.0F});
  RoundedWeight rounded(weight, grid());
  for (int i = 0; i < 2000; ++i)
    rounded.step(at::tensor({-1.0F}), {.rounding = 0, .scale = 0.01, .sharpness = 0, .power = 2});
  CHECK(rounded.grid().scale() == Approx(1.0));
}
