#include "measure/agreement.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "catch.h"

using namespace qtool;

TEST_CASE("the same top-1 is counted sample by sample, over batches") {
  AgreementMeter meter;
  meter.add({at::tensor({1.0f, 2.0f, 5.0f, 0.0f}).view({2, 2})},
            {at::tensor({0.0f, 9.0f, 1.0f, 3.0f}).view({2, 2})});
  meter.add({at::tensor({1.0f, 0.0f}).view({1, 2})}, {at::tensor({2.0f, 0.0f}).view({1, 2})});
  const Agreement agreement = meter.agreement();
  CHECK(agreement.samples == 3);
  CHECK(agreement.same_top1 == 2);
  CHECK(agreement.same() == Approx(2.0 / 3));
  CHECK(agreement.max_difference == 7);
}

TEST_CASE("outputs of any shape are compared, all of them") {
  AgreementMeter meter;
  const at::Tensor map = at::zeros({1, 2, 2, 2});
  meter.add({map, at::tensor({3.0f})}, {map, at::tensor({5.0f})});
  CHECK(meter.agreement().same_top1 == 1);
  CHECK(meter.agreement().max_difference == 2);
}

TEST_CASE("models with another number of outputs are refused") {
  AgreementMeter meter;
  CHECK_THROWS_WITH(meter.add({at::zeros({1, 2})}, {}), contains("0 outputs") && contains("1 outputs"));
}
