#include "simulate/simulate.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/api/module.h>

#include "graph/builder.h"
#include "graph/ir/attributes.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "graph_text.h"
#include "grid/affine.h"
#include "plan/site_weights.h"
#include "simulate/fake_quant_state.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

constexpr const char* kCall = "prim::CallMethod";

using Texts = std::vector<std::string>;

/// The call of a site's module, as the graph has it.
Texts call(const std::string& module, const std::string& value, const std::string& method = "forward") {
  return {"[name=\"" + module + "_fake_quant\"](%self.1)", "= prim::CallMethod[name=\"" + method + "\"](%",
          ", %" + value + ")\n"};
}

/// All in one, for check_in_order.
Texts join(const std::vector<Texts>& parts) {
  Texts all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// How many modules of a class the model has.
int count_modules(const Model& model, const std::string& class_name) {
  int count = 0;
  for (const auto& module : model.module().modules())
    count += module.type()->name()->name() == class_name ? 1 : 0;
  return count;
}

Model simulated(const Solution& prepared) { return simulate(prepared); }

/// A 1x1 convolution of one channel, weight 0.7 and bias 0.1, and `rest` on its output h.
Model one_channel(const std::string& rest) {
  ModuleBuilder net("Net");
  net.parameter("weight", at::tensor({0.7F}).view({1, 1, 1, 1})).parameter("bias", at::tensor({0.1F}));
  auto model =
      net.define("def forward(self, x):\n  h = torch.conv2d(x, self.weight, self.bias)\n  return " + rest)
          .build();
  model.set_training(false);
  return model;
}

/// Its simulation with input scale 0.1 from 0, weight scale 0.25, output scale 0.5 from -5.
std::vector<float> by_hand(const std::string& rest, const std::vector<float>& x) {
  const at::NoGradGuard no_grad;
  const auto canonical = canonicalise(one_channel(rest));
  const auto plan = make_plan(view(canonical), {}, {"x86", 8});
  std::vector<QParams> qparams;
  for (const auto& site : plan.sites) {
    const double scale = site.role == SiteRole::kInput ? 0.1 : site.role == SiteRole::kWeight ? 0.25 : 0.5;
    qparams.emplace_back(site.scheme, scale, site.role == SiteRole::kOutput ? 10 : 0);
  }
  const auto input = at::tensor(x).view({1, 1, 1, -1});
  const auto output = simulate({canonical.shared(), plan, qparams}).forward({input})[0].contiguous();
  return {output.data_ptr<float>(), output.data_ptr<float>() + output.numel()};
}

}  // namespace

TEST_CASE("of a weight-only operator the weight alone is rounded") {
  const at::NoGradGuard no_grad;
  const SmallNet net = small_classifier();
  const at::Tensor input = noise(net.input, 5);
  const auto solution = with_precision(prepare(build(net), input), Precision::kWeightOnly);
  auto model = simulate(solution);
  CHECK(count_nodes(model, kCall) == 2);
  auto rounded = solution.model.clone();
  const auto weights = site_weights(rounded, solution.plan);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i].copy_(fake_quantize(weights[i], solution.qparams[i]));
  const auto expected = rounded.forward({input})[0];
  CHECK(model.forward({input})[0].equal(expected));
  auto unrounded = solution.model.clone();
  CHECK_FALSE(expected.equal(unrounded.forward({input})[0]));
}

TEST_CASE("weights, inputs and outputs of int8 layers go through fake-quant") {
  const auto prepared =
      prepare(build({"h = torch.relu(torch.conv2d(x, w1)); return torch.linear(torch.flatten(h, 1), w2)",
                     {{"w1", {4, 3, 1, 1}}, {"w2", {5, 4 * 49}}}}),
              noise({4, 3, 7, 7}, 9));
  const auto model = simulated(prepared);
  check_in_order(model,
                 join({call("conv2d_input", "x.1"),
                       {"[name=\"conv2d\"]", "[name=\"weight\"]", "[name=\"conv2d_weight_fake_quant\"]",
                        "= prim::CallMethod[name=\"forward\"](%", "= aten::conv2d(%x.1:fakequant",
                        "= aten::relu(%conv2d)"},
                       call("conv2d_output", "relu"),
                       {"= aten::flatten(%relu:fakequant", "[name=\"linear_weight_fake_quant\"]",
                        "= prim::CallMethod[name=\"forward\"](%", "= aten::linear(%flatten"},
                       call("linear_output", "linear"),
                       {"return (%linear:fakequant)"}}));
  CHECK(count_nodes(model, kCall) == 5);  // the relu's grid is the convolution's, flatten keeps it
  CHECK(count_modules(model, "FakeQuantActivation") == 3);
  CHECK(count_modules(model, "FakeQuantWeight") == 2);
}

TEST_CASE("a float reader of what an int8 layer reads sees the float values") {
  const auto prepared =
      prepare(build({"return torch.conv2d(x, w1) + torch.tanh(x)[:, :1]", {{"w1", {4, 3, 1, 1}}}}),
              noise({2, 3, 7, 7}, 9));
  const auto text = graph_text(simulated(prepared));
  CHECK_THAT(text, contains("aten::tanh(%x.1)"));
  CHECK_THAT(text, contains("aten::conv2d(%x.1:fakequant"));
}

TEST_CASE("what an int8 layer makes is fake-quantized for float readers, too") {
  const auto prepared =
      prepare(build({"h = torch.conv2d(x, w1); return torch.tanh(h) + torch.exp(h)", {{"w1", {4, 3, 1, 1}}}}),
              noise({2, 3, 7, 7}, 9));
  const auto text = graph_text(simulated(prepared));
  CHECK_THAT(text, contains("aten::tanh(%conv2d:fakequant)"));
  CHECK_THAT(text, contains("aten::exp(%conv2d:fakequant)"));
}

TEST_CASE("a module has the grid of its site") {
  for (const char* backend : {"x86", "onednn"}) {
    const auto prepared = prepare(build({"return torch.conv_transpose2d(x, w1)", {{"w1", {3, 4, 2, 2}}}}),
                                  noise({2, 3, 7, 7}, 9), {}, {backend, 8});
    const auto model = simulated(prepared);
    for (size_t i = 0; i < prepared.plan.sites.size(); ++i) {
      const auto& site = prepared.plan.sites[i];
      INFO(site.name);
      const auto module = find_attribute(model.module(), fake_quant_path(site))->toModule();
      CHECK(module.attr("site").toStringRef() == site.name);
      CHECK(module.attr("qmax").toInt() == site.scheme.qmax());
      CHECK(module.attr("scale").toTensor().equal(prepared.qparams[i].scales().to(at::kFloat)));
      CHECK(module.attr("zero_point").toTensor().equal(prepared.qparams[i].zero_points().to(at::kInt)));
      if (site.role != SiteRole::kWeight) continue;
      const bool per_channel = site.scheme.granularity() == Granularity::kPerChannel;
      CHECK(module.attr("axis").toInt() == (per_channel ? site.scheme.axis() : -1));
      CHECK(module.attr("scale").toTensor().numel() == (per_channel ? 4 : 1));
    }
  }
}

TEST_CASE("with no site enabled the float model's outputs come out, bit by bit") {
  const at::NoGradGuard no_grad;
  const auto input = noise({4, 3, 7, 7}, 9);
  auto prepared = prepare(build({"h = torch.conv2d(x, w1); h = torch.avg_pool2d(torch.hardswish(h), [2, 2]); "
                                 "return torch.hardtanh(h, -1.0, 1.0)",
                                 {{"w1", {4, 3, 3, 3}}}}),
                          input);
  const std::vector<bool> none(prepared.plan.sites.size(), false);
  auto model = simulate_some(prepared, none);
  CHECK(model.forward({input})[0].equal(prepared.model.forward({input})[0]));
  CHECK(count_nodes(model, kCall) == 0);
}

TEST_CASE("one site alone can be enabled") {
  auto prepared =
      prepare(build({"return torch.conv2d(x, w1)", {{"w1", {4, 3, 3, 3}}}}), noise({4, 3, 7, 7}, 9));
  for (size_t i = 0; i < prepared.plan.sites.size(); ++i) {
    std::vector<bool> enabled(prepared.plan.sites.size(), false);
    enabled[i] = true;
    const auto model = simulate_some(prepared, enabled);
    CHECK(count_nodes(model, kCall) == 1);
    CHECK(find_attribute(model.module(), fake_quant_path(prepared.plan.sites[i])));
  }
}

TEST_CASE("a 1x1 convolution computes what can be worked out by hand") {
  // x 0.34 -> 3 steps = 0.3; w 0.7 -> 3 steps = 0.75; 0.3 * 0.75 + 0.1 = 0.325 -> 1 step of 0.5.
  // x -1 -> 0; 0.1 -> 0 steps. x 100 -> 255 steps = 25.5; 19.225 -> 38 steps = 19.
  const auto y = by_hand("h", {0.34F, -1, 100});
  CHECK(y == std::vector<float>{0.5F, 0, 19});
}

TEST_CASE("an average is rounded to the grid of what it averages, ties to the even integer") {
  // x 1.2 gives 1.0, 2 steps; x 2.6 gives 2.0, 4 steps; x 1.9 gives 1.5, 3 steps.
  CHECK(by_hand("h", {1.2F, 2.6F, 1.9F}) == std::vector<float>{1, 2, 1.5F});
  // 2.5 steps and 3.5 steps.
  CHECK(by_hand("torch.avg_pool2d(h, [1, 2])", {1.2F, 1.9F, 1.9F, 2.6F}) == std::vector<float>{1, 2});
}

TEST_CASE("averages and clips of their own work on the steps of what they read") {
  const auto model = simulated(prepare(build({"h = torch.conv2d(x, w1); h = torch.relu(torch.max_pool2d(h, "
                                              "[2, 2])); return torch.avg_pool2d(h, [3, 3])",
                                              {{"w1", {4, 3, 1, 1}}}}),
                                       noise({4, 3, 7, 7}, 9)));
  check_in_order(model, join({call("conv2d_output", "conv2d"),
                              {"= aten::max_pool2d(%conv2d:fakequant", "= aten::relu("},
                              call("conv2d_output", "relu", "to_steps"),
                              {"name=\"from_steps\"", "name=\"to_steps\"", "= aten::avg_pool2d("},
                              call("conv2d_output", "avg_pool2d", "from_steps")}));
  CHECK(count_modules(model, "FakeQuantActivation") == 2);
}

TEST_CASE("the model that is simulated stays as it is") {
  const auto prepared =
      prepare(build({"return torch.conv2d(x, w1)", {{"w1", {4, 3, 3, 3}}}}), noise({4, 3, 7, 7}, 9));
  const auto before = graph_text(prepared.model);
  const auto first = graph_text(simulated(prepared)), second = graph_text(simulated(prepared));
  CHECK(graph_text(prepared.model) == before);
  CHECK(first.substr(first.find('\n')) == second.substr(second.find('\n')));
}
