#include "simulate/fake_quant_state.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/api/module.h>

#include "graph/ir/attributes.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

Site site(const std::string& name, const QuantScheme& scheme) {
  Site site;
  site.name = name;
  site.scheme = scheme;
  return site;
}

const auto kActivation = QuantScheme::activation(4, Symmetry::kAffine);
const auto kWeight = QuantScheme::weight(4, Granularity::kPerChannel, 0);

/// Two sites, the weight's step learned.
struct Two {
  QuantPlan plan = {};
  std::vector<QParams> qparams = {QParams(kActivation, 0.5, 3),
                                  QParams(kWeight, at::tensor({0.25, 2.0}), at::tensor({0, 0}))};
  torch::jit::Module root = empty_module("Net");
  Two() {
    plan.sites = {site("conv:output", kActivation), site("conv:weight", kWeight)};
    for (size_t i = 0; i < 2; ++i) add_state(root, plan.sites[i], make_state(qparams[i]), /*learned=*/i == 1);
    root.define("def forward(self, x):\n  return x\n");
  }
};

}  // namespace

TEST_CASE("the module of a site stands beside its operator") {
  for (const auto& [name, path] : {std::pair("layers.0.conv1:weight", "layers.0.conv1_weight_fake_quant"),
                                   {"layers.1/add:output", "layers.1.add_output_fake_quant"},
                                   {"x.1:input", "x.1_input_fake_quant"},
                                   {"layers.0/conv-2 d:output", "layers.0.conv_2_d_output_fake_quant"}})
    CHECK(fake_quant_path(site(name, kActivation)) == path);
}

TEST_CASE("a state begins enabled, not observing, with the range of its grid") {
  const auto affine = make_state(QParams(kActivation, 0.5, 3));
  CHECK(affine.low.equal(at::tensor({-1.5F})));
  CHECK(affine.high.equal(at::tensor({6.0F})));
  CHECK(affine.scale.equal(at::tensor({0.5F})));
  CHECK(affine.zero_point.equal(at::tensor({3}, at::kInt)));
  CHECK(affine.observe.equal(at::tensor({0}, at::kLong)));
  CHECK(affine.enabled.equal(at::tensor({1}, at::kLong)));
  const auto weight = make_state(QParams(kWeight, at::tensor({0.25, 2.0}), at::tensor({0, 0})));
  CHECK(weight.low.equal(at::tensor({-2.0F, -16.0F})));
  CHECK(weight.high.equal(at::tensor({1.75F, 14.0F})));
}

TEST_CASE("learned scales are parameters, all else are buffers") {
  const Two two;
  const Model model(two.root);
  REQUIRE(model.parameters().size() == 1);
  CHECK(model.parameters()[0].name == "conv_weight_fake_quant.scale");
  CHECK(model.parameters()[0].tensor.requires_grad());
  CHECK(model.buffers().size() == 11);
  CHECK(find_attribute(two.root, "conv_output_fake_quant.site")->toStringRef() == "conv:output");
}

TEST_CASE("the state that is read is the model's own") {
  const Two two;
  const Model model(two.root);
  state_of(model, two.plan.sites[0]).observe.fill_(1);
  CHECK(find_attribute(two.root, "conv_output_fake_quant.observe")->toTensor().item<int64_t>() == 1);
}

TEST_CASE("the grids are those of now") {
  const Two two;
  const Model model(two.root);
  const auto first = read_qparams(model, two.plan);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(first[i].scheme() == two.qparams[i].scheme());
    CHECK(first[i].scales().equal(two.qparams[i].scales()));
    CHECK(first[i].zero_points().equal(two.qparams[i].zero_points()));
  }
  state_of(model, two.plan.sites[0]).scale.fill_(2);
  state_of(model, two.plan.sites[0]).zero_point.fill_(7);
  state_of(model, two.plan.sites[1]).scale.detach().fill_(-1);  // pushed there by training
  const auto then = read_qparams(model, two.plan);
  CHECK(then[0].scale() == 2);
  CHECK(then[0].zero_point() == 7);
  CHECK(then[1].scales().max().item<double>() == Approx(1e-12));
}
