#include "measure/same_top1.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

void add_compared(Metric& metric, const at::Tensor& reference, const at::Tensor& output) {
  const std::vector<at::Tensor> outputs = {output}, references = {reference}, none;
  metric.add({outputs, none, references});
}

}  // namespace

TEST_CASE("agreement is the percentage of samples with the reference's top-1") {
  const auto metric = make_same_top1("model");
  add_compared(*metric, at::tensor({1.0f, 2.0f, 5.0f, 0.0f}).view({2, 2}),
               at::tensor({0.0f, 9.0f, 1.0f, 3.0f}).view({2, 2}));
  CHECK(metric->value() == 50);
  CHECK(metric->samples() == std::vector<double>{100, 0});
}

TEST_CASE("outputs without classes have no agreement") {
  const auto metric = make_same_top1("model");
  add_compared(*metric, at::zeros({4, 2}), at::zeros({4, 2}));
  add_compared(*metric, at::zeros({4, 2}), at::zeros({4, 2, 1}));
  CHECK(std::isnan(metric->value()));
  CHECK(metric->samples().empty());
}
