#include "export/lowering/float_weight.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "export/lowering/stored_module.h"
#include "grid/affine.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

TEST_CASE("a float weight is held at its bits, with a scale for each channel") {
  const auto scheme = QuantScheme::weight(4, Granularity::kPerChannel, 0);
  const QParams qparams(scheme, at::tensor({0.5, 0.25}), at::zeros({2}, at::kLong));
  // On the grid to the nearest: 3, -2 (of -1.1) and 7, the most, in quarters.
  const auto weight = at::tensor({1.5F, -1.1F, 0.25F, 9.0F}).view({2, 2});
  std::string bytes;
  auto module = loaded(stored_weight("fc.int8", weight, qparams), {"fc.int8.float_weight"}, &bytes);
  CHECK(at::equal(output(module, 0), at::tensor({1.5F, -1.0F, 0.25F, 1.75F}).view({2, 2})));
  CHECK(module.attr("fc").toModule().attr("int8").toModule().attr("weight").toTensor().scalar_type() ==
        at::kByte);
}

TEST_CASE("a table stays int8, and the scales of its rows are a column") {
  const auto scheme = QuantScheme::weight(8, Granularity::kPerChannel, 0);
  const QParams qparams(scheme, at::tensor({0.5, 0.25}), at::zeros({2}, at::kLong));
  const auto table = at::tensor({1.0F, -1.0F, 1.0F, 0.5F}).view({2, 2});
  auto module = loaded(stored_table("e.int8", table, qparams), {"e.int8.rows", "e.int8.weight_scale"});
  CHECK(at::equal(output(module, 0), at::tensor({2, -2, 4, 2}).to(at::kChar).view({2, 2})));
  CHECK(at::equal(output(module, 1), at::tensor({0.5F, 0.25F}).view({2, 1})));
}

TEST_CASE("scales of groups take two bytes each, where that is all there is to them") {
  const auto scheme = QuantScheme::weight(4, Granularity::kPerChannel, 0).in_groups_of(2);
  // In steps of 0.5 and 0.25, of 1 and 2: 3 and -2 (of -1.1), 1 and 7, the most; 1 and -1, 2 and 0.
  const auto weight = at::tensor({1.5F, -1.1F, 0.25F, 9.0F, 1.0F, -1.0F, 4.0F, 0.5F}).view({2, 4});
  const auto rounded = at::tensor({1.5F, -1.0F, 0.25F, 1.75F, 1.0F, -1.0F, 4.0F, 0.0F}).view({2, 4});
  for (const double last : {2.0, 1e6}) {
    const QParams qparams(scheme, at::tensor({0.5, 0.25, 1.0, last}), at::zeros({4}, at::kLong));
    auto module = loaded(stored_weight("fc.int8", weight, qparams), {"fc.int8.float_weight"});
    const auto held = module.attr("fc").toModule().attr("int8").toModule().attr("weight_scale").toTensor();
    CHECK(held.scalar_type() == (last == 2.0 ? at::kHalf : at::kFloat));
    CHECK(held.sizes() == at::IntArrayRef({2, 2}));
    if (last == 2.0) CHECK(at::equal(output(module, 0), rounded));
    CHECK(at::equal(output(module, 0), fake_quantize(weight, qparams)));
  }
}

TEST_CASE("a table in groups stays int8, with a row of scales for each row") {
  const auto scheme = QuantScheme::weight(8, Granularity::kPerChannel, 0).in_groups_of(2);
  const QParams qparams(scheme, at::tensor({0.5, 0.25, 1.0, 2.0}), at::zeros({4}, at::kLong));
  const auto table = at::tensor({1.0F, -1.0F, 1.0F, 0.5F, 3.0F, 2.0F, 4.0F, -6.0F}).view({2, 4});
  auto module = loaded(stored_table("e.int8", table, qparams), {"e.int8.rows", "e.int8.weight_scale"});
  CHECK(at::equal(output(module, 0), at::tensor({2, -2, 4, 2, 3, 2, 2, -3}).to(at::kChar).view({2, 4})));
  CHECK(at::equal(output(module, 1).to(at::kFloat), at::tensor({0.5F, 0.25F, 1.0F, 2.0F}).view({2, 2})));
}
