#include "measure/mean_error.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "answers.h"
#include "catch.h"

using namespace qtool;

namespace {

at::Tensor rows(const std::vector<double>& values) { return at::tensor(values, at::kFloat).view({2, -1}); }

}  // namespace

TEST_CASE("mean errors have a value for each sample") {
  const at::Tensor output = rows({1, 2, 5, 5}), target = rows({0, 0, 5, 2});
  CHECK(metric_of(make_mse, output, target)->samples() == std::vector<double>{2.5, 4.5});
  CHECK(metric_of(make_mae, output, target)->samples() == std::vector<double>{1.5, 1.5});
  CHECK(metric_of(make_mse, output, target)->value() == 3.5);
}

TEST_CASE("a number for each sample may have an axis of its own") {
  CHECK(metric_of(make_mae, rows({1, 3}), at::tensor({1.0f, 1.0f}))->value() == 1);
  CHECK_THROWS_WITH(metric_of(make_mae, rows({1, 3}), at::zeros({2, 2})),
                    contains("[2, 1]") && contains("[2, 2]"));
}

TEST_CASE("the peak of PSNR is the range of all targets") {
  // Range 4, mean squared errors 1 and 0.
  const auto metric = metric_of(make_psnr, rows({1, 1, 4, 2}), rows({0, 2, 4, 2}));
  const auto samples = metric->samples();
  REQUIRE(samples.size() == 2);
  CHECK(samples[0] == Approx(20 * std::log10(4.0)));
  CHECK(samples[1] == 100);
  CHECK(metric->value() == Approx((samples[0] + 100) / 2));
}
