#include "export/lowering/float_weight.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "export/lowering/stored_module.h"
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
