#include "measure/top5.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include "catch.h"

using namespace qtool;

namespace {

std::vector<double> top5(const at::Tensor& output, std::vector<int64_t> labels) {
  const auto metric = make_top5("model");
  const std::vector<at::Tensor> outputs = {output}, targets = {at::tensor(labels, at::kLong)}, none;
  metric->add({outputs, targets, none});
  return metric->samples();
}

}  // namespace

TEST_CASE("top-5 counts the labels of the five largest outputs") {
  // Seven classes, ascending: class 6 is first, 2 is fifth, 1 is sixth.
  CHECK(top5(at::arange(7).to(at::kFloat).expand({3, 7}), {6, 2, 1}) == std::vector<double>{100, 100, 0});
}

TEST_CASE("with fewer than five classes every label is among the first five") {
  CHECK(top5(at::tensor({3.0f, 2.0f, 1.0f}).view({1, 3}), {2}) == std::vector<double>{100});
}
