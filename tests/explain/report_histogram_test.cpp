#include "explain/report_histogram.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/max.h>
#include <ATen/ops/min.h>
#include <ATen/ops/tensor.h>

#include <numeric>

#include "catch.h"
#include "small_net.h"

using namespace qtool;

TEST_CASE("a histogram keeps all values in at most 64 bins that cover them") {
  const auto values = noise({10000}, 1);
  const auto histogram = report_histogram(histogram_of(values));
  CHECK(histogram.counts.size() <= 64);
  CHECK(histogram.counts.size() > 32);
  CHECK(std::accumulate(histogram.counts.begin(), histogram.counts.end(), int64_t{0}) == 10000);
  CHECK(histogram.low <= values.min().item<double>());
  CHECK(histogram.low + histogram.width * double(histogram.counts.size()) >= values.max().item<double>());
  CHECK(histogram.counts.front() > 0);
}

TEST_CASE("a constant has one bin") {
  const auto histogram = report_histogram(histogram_of(at::tensor({2.0F, 2.0F, 2.0F})));
  CHECK(histogram.counts == std::vector<int64_t>{3});
  CHECK(histogram.low <= 2);
  CHECK(histogram.low + histogram.width >= 2);
}

TEST_CASE("clipped is what lies outside of the range") {
  const auto histogram = histogram_of(at::tensor({-4.0F, -1.0F, 0.0F, 1.0F, 2.0F, 3.0F, 3.5F, 8.0F}));
  CHECK(clipped_share(histogram, {-1, 3.5}) == 0.25);
  CHECK(clipped_share(histogram, {-10, 10}) == 0);
  const auto weight = at::tensor({1.0F, -2.0F, 0.5F, 4.0F}).view({2, 2});
  const auto scheme = QuantScheme::weight(8, Granularity::kPerChannel, 0);
  const auto bounds = at::tensor({1.0, 4.0}, at::kDouble);
  CHECK(clipped_share(weight, QParams::cover(scheme, -bounds, bounds)) == 0.25);
  CHECK(clipped_share(weight, QParams::cover(scheme, -bounds * 4, bounds * 4)) == 0);
}
