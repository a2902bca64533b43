#include "measure/agreement.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

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
  CHECK(*agreement.same() == Approx(2.0 / 3));
  CHECK(agreement.max_difference == 7);
}

TEST_CASE("outputs of any shape are compared, all of them") {
  AgreementMeter meter;
  const at::Tensor map = at::zeros({1, 2, 2, 2});
  meter.add({map, at::tensor({3.0f})}, {map, at::tensor({5.0f})});
  CHECK(meter.agreement().samples == 1);
  CHECK(meter.agreement().max_difference == 2);
}

TEST_CASE("there is a top-1 only where the first output is a number for each class") {
  const auto has_top1 = [](const at::Tensor& output) {
    AgreementMeter meter;
    meter.add({output}, {output});
    CHECK(meter.agreement().same_top1.has_value() == meter.agreement().same().has_value());
    return meter.agreement().same().has_value();
  };
  CHECK(has_top1(at::zeros({4, 2})));
  CHECK(has_top1(at::zeros({0, 2})));
  CHECK_FALSE(has_top1(at::zeros({4, 1})));
  CHECK_FALSE(has_top1(at::zeros({4})));
  CHECK_FALSE(has_top1(at::zeros({})));
  CHECK_FALSE(has_top1(at::zeros({4, 7, 10})));
  CHECK_FALSE(has_top1(at::zeros({4, 2}, at::kLong)));
}

TEST_CASE("a top-1 is unlike where the reference puts one place clearly above the other") {
  const auto unlike = [](double step, float first, float second) {
    AgreementMeter meter(step);
    meter.add({at::tensor({first, second, -100.0f}).view({1, 3})},
              {at::tensor({0.0f, 1.0f, -100.0f}).view({1, 3})});
    CHECK(meter.agreement().same_top1 == 0);
    return meter.agreement().unlike_top1;
  };
  CHECK(unlike(0.5, 3, 2) == 0);  // two steps: one each way
  CHECK(unlike(0.5, 3.5f, 2) == 1);
  CHECK(unlike(0, 0.5f, 0) == 0);  // less than a 128th of 100.5
  CHECK(unlike(0, 1, 0) == 1);
  CHECK(unlike(0.5, std::nanf(""), 0) == 1);
}

TEST_CASE("models with another number of outputs are refused") {
  AgreementMeter meter;
  CHECK_THROWS_WITH(meter.add({at::zeros({1, 2})}, {}), contains("0 outputs") && contains("1 outputs"));
}
