#include "simulate/fake_quant_module.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/gru_cell.h>
#include <ATen/ops/lstm_cell.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "grid/affine.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

torch::jit::Module make(SiteRole role, const QParams& qparams) {
  Site site;
  site.name = "conv:output";
  site.role = role;
  site.scheme = qparams.scheme();
  return FakeQuantModules().make(site, make_state(qparams));
}

at::Tensor call(const torch::jit::Module& module, const at::Tensor& x, const char* method = "forward") {
  return module.get_method(method)({x}).toTensor();
}

at::Tensor state(const torch::jit::Module& module, const char* name) { return module.attr(name).toTensor(); }

const auto kAffine = QuantScheme::activation(8, Symmetry::kAffine);

QParams weight_grid(int64_t axis, int64_t channels) {
  const auto granularity = axis < 0 ? Granularity::kPerTensor : Granularity::kPerChannel;
  return {QuantScheme::weight(4, granularity, std::max<int64_t>(axis, 0)),
          noise({channels}, 3).abs().to(at::kDouble) * 0.1 + 0.05, at::zeros({channels}, at::kLong)};
}

}  // namespace

TEST_CASE("a module rounds as the affine formula does, and lets all pass when it is not enabled") {
  const auto x = noise({4, 6, 3, 3}, 1);
  const auto check = [&](SiteRole role, const QParams& qparams) {
    const auto module = make(role, qparams);
    CHECK(call(module, x).equal(fake_quantize(x, qparams)));
    state(module, "enabled").fill_(0);
    CHECK(call(module, x).equal(x));
  };
  for (const int64_t bits : {2, 4, 8})
    check(SiteRole::kOutput, QParams(QuantScheme::activation(bits, Symmetry::kAffine), 0.3, 2));
  check(SiteRole::kWeight, weight_grid(-1, 1));
  check(SiteRole::kWeight, weight_grid(0, 4));
  check(SiteRole::kWeight, weight_grid(1, 6));
}

TEST_CASE("an activation that observes moves its range by a hundredth, and its grid covers it") {
  const auto x = at::tensor({-5.0F, 0.25F, 12.0F});
  for (const auto symmetry : {Symmetry::kAffine, Symmetry::kSymmetric})
    for (const int64_t bits : {2, 5, 8}) {
      const auto scheme = QuantScheme::activation(bits, symmetry);
      const auto module = make(SiteRole::kOutput, QParams::cover(scheme, -1, 3));
      const auto low = state(module, "low").item<float>(), high = state(module, "high").item<float>();
      (void)call(module, x);
      CHECK(state(module, "low").item<float>() == low);
      state(module, "observe").fill_(1);
      const auto y = call(module, x);
      CHECK(state(module, "low").item<float>() == Approx(low + 0.01 * (-5 - low)));
      CHECK(state(module, "high").item<float>() == Approx(high + 0.01 * (12 - high)));
      const auto grid =
          cover(scheme, state(module, "low").item<float>(), state(module, "high").item<float>());
      CHECK(state(module, "scale").item<float>() == Approx(grid.scale));
      CHECK(state(module, "zero_point").item<int>() == grid.zero_point);
      CHECK(y.allclose(
          fake_quantize(x, QParams(scheme, state(module, "scale").item<float>(), grid.zero_point))));
    }
}

TEST_CASE("a weight that observes covers each of its channels") {
  const auto weight = noise({4, 6, 3, 3}, 2);
  for (const int64_t axis : {-1, 0, 1}) {
    const auto module = make(SiteRole::kWeight, weight_grid(axis, axis < 0 ? 1 : weight.size(axis)));
    state(module, "observe").fill_(1);
    (void)call(module, weight);
    const auto rows = axis < 0 ? weight.reshape({1, -1}) : weight.transpose(0, axis).flatten(1);
    CHECK(state(module, "scale").allclose(at::maximum(-rows.amin(1) / 8.4999, rows.amax(1) / 7.4999), 1e-6));
    CHECK(state(module, "high").equal(rows.amax(1)));
    CHECK(state(module, "low").equal(rows.amin(1)));
  }
}

TEST_CASE("a range of nothing but zeros has scale 1") {
  const auto module = make(SiteRole::kWeight, weight_grid(0, 4));
  state(module, "observe").fill_(1);
  CHECK(call(module, at::zeros({4, 3})).equal(at::zeros({4, 3})));
  CHECK(state(module, "scale").equal(at::ones({4})));
  const auto activation = make(SiteRole::kOutput, QParams(kAffine, 1, 0));
  state(activation, "observe").fill_(1);
  state(activation, "high").fill_(0);
  (void)call(activation, at::zeros({4}));
  CHECK(state(activation, "scale").item<float>() == 1);
}

TEST_CASE("an average goes by way of whole steps, ties to the even one") {
  const auto module = make(SiteRole::kOutput, QParams(kAffine, 0.5, 10));
  const auto steps = call(module, at::tensor({1.2F, -7.0F, 1000.0F}), "to_steps");
  CHECK(steps.equal(at::tensor({2.0F, -10.0F, 245.0F})));
  CHECK(call(module, at::tensor({2.5F, 3.5F, -99.0F}), "from_steps").equal(at::tensor({1.0F, 2.0F, -5.0F})));
  state(module, "enabled").fill_(0);
  CHECK(
      call(module, call(module, at::tensor({1.2F}), "to_steps"), "from_steps").allclose(at::tensor({1.2F})));
}

TEST_CASE("the straight-through gradient passes within the grid") {
  const auto x = at::tensor({-9.0F, -1.0F, 1.0F, 200.0F}).requires_grad_(true);
  call(make(SiteRole::kOutput, QParams(kAffine, 0.5, 10)), x).sum().backward();
  CHECK(x.grad().equal(at::tensor({0.0F, 1.0F, 1.0F, 0.0F})));
}

TEST_CASE("a module of a weight in groups rounds as the affine formula does, and follows each group") {
  const QParams grid(QuantScheme::weight(4, Granularity::kPerChannel, 0).in_groups_of(6),
                     noise({8}, 3).abs().to(at::kDouble) * 0.1 + 0.05, at::zeros({8}, at::kLong));
  const auto module = make(SiteRole::kWeight, grid);
  const auto x = noise({4, 3, 2, 2}, 1);
  CHECK(call(module, x).equal(fake_quantize(x, grid)));
  state(module, "observe").fill_(1);
  (void)call(module, x);
  const auto rows = x.view({8, 6});
  const auto expected = at::maximum(-rows.amin({1}) / 8.4999, rows.amax({1}) / 7.4999);
  CHECK(state(module, "scale").allclose(expected));
}

TEST_CASE("a step of a cell reads input and state on grids that cover each of them") {
  Site site;
  site.name = "cell:input";
  site.role = SiteRole::kInput;
  site.source = GridSource::kRunTime;
  site.scheme = kAffine;
  const auto module = FakeQuantModules().make(site, make_state(QParams(kAffine, 1, 0)));
  const auto on_grid = [](const at::Tensor& x) {
    return fake_quantize(x, QParams::cover(kAffine, x.min().item<double>(), x.max().item<double>()));
  };
  const auto x = noise({2, 3}, 1), h = noise({2, 4}, 2), c = noise({2, 4}, 3), b = noise({16}, 4);
  const auto w = noise({16, 3}, 5), u = noise({16, 4}, 6);
  const c10::List<at::Tensor> states({h, c});
  const auto lstm = module.get_method("lstm_cell")({x, states, w, u, b, c10::IValue()}).toTuple()->elements();
  const auto expected = at::lstm_cell(on_grid(x), {on_grid(h), c}, w, u, b, at::zeros({16}));
  CHECK(lstm.at(0).toTensor().allclose(std::get<0>(expected), 1e-5, 1e-6));
  CHECK(lstm.at(1).toTensor().allclose(std::get<1>(expected), 1e-5, 1e-6));
  // The update lets through what is float of the state, so that a plain step on a rounded one is a little off.
  const auto gru = module.get_method("gru_cell")(
      {x, h, w.slice(0, 0, 12), u.slice(0, 0, 12), c10::IValue(), c10::IValue()});
  CHECK(gru.toTensor().allclose(at::gru_cell(on_grid(x), h, w.slice(0, 0, 12), u.slice(0, 0, 12)), 0, 0.02));
}
