#include "calibrate/solve.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>

#include "data/files.h"
#include "grid/affine.h"
#include "observed.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

float as_float(double value) { return static_cast<float>(value); }

double squared_error(const at::Tensor& weight, const QParams& qparams) {
  return (fake_quantize(weight, qparams) - weight).square().sum().item<double>();
}

/// A plan of one activation site.
QuantPlan one_site(SiteRole role = SiteRole::kOutput) {
  QuantPlan plan;
  plan.sites.push_back({"conv:output", "conv", role, "conv", QuantScheme::activation(8, Symmetry::kAffine),
                        Calibrator::kMinMax});
  return plan;
}

std::vector<QParams> solve_one(const QuantPlan& plan, const SiteStatistics& site) {
  return solve(plan, {.model_sha256 = "", .samples = 1, .sites = {site}}, {at::Tensor()});
}

}  // namespace

TEST_CASE("8-bit weights cover each output channel up to its largest value") {
  const auto weight = at::tensor({1.0F, -2.0F, 0.5F, 0.25F, 0.0F, 0.0F}).view({3, 1, 1, 2});
  const auto qparams = solve_weight(weight, QuantScheme::weight(8, Granularity::kPerChannel, 0));
  REQUIRE(qparams.scales().numel() == 3);
  const auto* scales = qparams.scales().data_ptr<double>();
  CHECK(scales[0] == as_float(2.0 / 127));
  CHECK(scales[1] == as_float(0.5 / 127));
  CHECK(scales[2] == 1);  // of a channel of zeros
  CHECK(qparams.zero_points().abs().sum().item<int64_t>() == 0);
  const auto whole = solve_weight(weight, QuantScheme::weight(8, Granularity::kPerTensor, 0));
  CHECK(whole.scale() == as_float(2.0 / 127));
}

TEST_CASE("channels of another axis have their own scales") {
  const auto weight = at::tensor({1.0F, -8.0F, 3.0F, 4.0F}).view({2, 2});
  const auto qparams = solve_weight(weight, QuantScheme::weight(8, Granularity::kPerChannel, 1));
  CHECK(qparams.scales().data_ptr<double>()[0] == as_float(3.0 / 127));
  CHECK(qparams.scales().data_ptr<double>()[1] == as_float(8.0 / 127));
}

TEST_CASE("weights of few bits are clipped where that gains") {
  const auto weight = noise({4, 1000}, 1);
  for (const int64_t bits : {2, 3, 4}) {
    const auto scheme = QuantScheme::weight(bits, Granularity::kPerChannel, 0);
    const double covered = squared_error(
        weight, QParams::cover(scheme, weight.amin(1).to(at::kDouble), weight.amax(1).to(at::kDouble)));
    INFO(bits);
    CHECK(squared_error(weight, solve_weight(weight, scheme)) < 0.8 * covered);
  }
}

TEST_CASE("activations get the range that the calibrator chooses, with zero on the grid") {
  const auto qparams = solve_one(one_site(), observed({-1.0F, 1.55F}));
  CHECK(qparams[0].scale() == as_float(as_float(1.55F) / 255.0 + 1.0 / 255.0));
  CHECK(qparams[0].zero_point() == 100);
  CHECK(solve_one(one_site(), observed({2.0F, 4.0F}))[0].zero_point() == 0);
  CHECK(solve_one(one_site(), observed({2.0F, 5.1F}))[0].scale() == as_float(5.1F / 255.0));
}

TEST_CASE("a fixed grid needs no statistics") {
  auto plan = one_site();
  plan.sites[0].source = GridSource::kFixed;
  plan.sites[0].fixed = {1.0 / 128, 128};
  const auto qparams = solve(plan, {}, {at::Tensor()});
  CHECK(qparams[0].scale() == 1.0 / 128);
  CHECK(qparams[0].zero_point() == 128);
}

TEST_CASE("a grid that is found at run time needs no statistics, and is not known") {
  auto plan = one_site();
  plan.sites[0].source = GridSource::kRunTime;
  const auto qparams = solve(plan, {}, {at::Tensor()});
  REQUIRE(qparams.size() == 1);
  CHECK_FALSE(qparams[0].is_known());
  CHECK(qparams[0].scheme() == plan.sites[0].scheme);
}

TEST_CASE("a site without statistics is an error that names it") {
  auto other = observed({1.0F});
  other.site = "fc:output";
  const auto message = message_of([&] { (void)solve_one(one_site(), other); });
  CHECK_THAT(message, contains("the calibration has no statistics of a site that the plan quantizes"));
  CHECK_THAT(message, contains("conv:output"));
}

TEST_CASE("a site that was not finite is an error that names it") {
  auto site = observed({1.0F});
  site.not_finite = 3;
  const auto message = message_of([&] { (void)solve_one(one_site(), site); });
  CHECK_THAT(message, contains("a tensor was not finite during calibration"));
  CHECK_THAT(message, contains("conv:output"));
  CHECK_THAT(message, contains("NaN or infinite values in 3 places"));
}

TEST_CASE("a site that saw nothing, or only zeros, gets scale 1") {
  SiteStatistics nothing;
  nothing.site = "conv:output";
  CHECK(solve_one(one_site(), nothing)[0].scale() == 1);
  CHECK(solve_one(one_site(), observed({0.0F, 0.0F}))[0].scale() == 1);
}

TEST_CASE("each group of a weight has a scale of its own") {
  // 254 / 127 and 127 / 127 in the first row, 1 / 127 of 381 and of nothing, which is 1, in the second.
  const auto weight = at::tensor({254.0F, -1.0F, 127.0F, 5.0F, -381.0F, 3.0F, 0.0F, 0.0F}).view({2, 4});
  const auto groups = QuantScheme::weight(8, Granularity::kPerChannel, 0).in_groups_of(2);
  CHECK(solve_weight(weight, groups).scales().equal(at::tensor({2.0, 1.0, 3.0, 1.0}, at::kDouble)));
  const auto few = noise({4, 64}, 1);
  const auto channels = QuantScheme::weight(3, Granularity::kPerChannel, 0);
  CHECK(squared_error(few, solve_weight(few, channels.in_groups_of(32))) <
        squared_error(few, solve_weight(few, channels)));
}
