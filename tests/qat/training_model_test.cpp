#include "qat/training_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>

#include "base/threads_as_peers.h"
#include "graph/ir/attributes.h"
#include "graph/passes/canonicalise.h"
#include "graph_text.h"
#include "normed_layer.h"
#include "qat/prepared_net.h"
#include "simulate/fake_quant_state.h"
#include "simulate/simulate.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

const std::vector<SmallNet> kTrainedNets = {
    {"return torch.conv2d(x, w1, b1)", {{"w1", {4, 3, 3, 3}}, {"b1", {4}}}},
    {"h = torch.relu(torch.conv2d(x, w1)); return torch.linear(torch.flatten(h, 1), w2)",
     {{"w1", {4, 3, 1, 1}}, {"w2", {5, 4 * 49}}}},
    {"h = torch.hardtanh(torch.conv2d(x, w1), 0.0, 6.0); return torch.conv2d(h, w2, None, [1, 1], [1, 1], "
     "[1, 1], 4)",
     {{"w1", {4, 3, 1, 1}}, {"w2", {4, 1, 3, 3}}}},
    {"h = torch.conv2d(x, w1); return torch.relu(h + torch.conv2d(h, w2))",
     {{"w1", {4, 3, 1, 1}}, {"w2", {4, 4, 1, 1}}}},
    {"h = torch.conv2d(x, w1); h = torch.relu(torch.max_pool2d(h, [2, 2])); return torch.cat([h, h * h], 1)",
     {{"w1", {4, 3, 1, 1}}}},
    {"return torch.hardswish(torch.sigmoid(torch.conv_transpose2d(x, w1)))", {{"w1", {3, 4, 2, 2}}}},
    {"h = torch.relu(torch.gelu(torch.conv2d(x, w1))); return torch.linear(torch.flatten(h, 1), w2) + "
     "torch.sum(h)",
     {{"w1", {4, 3, 1, 1}}, {"w2", {5, 4 * 49}}}}};

Model training_model(const Solution& prepared, const StepSizes& steps = {}) {
  return make_training_model(prepared.model, prepared.plan, prepared.qparams, steps);
}

std::vector<float> ranges_of(const Model& model, const QuantPlan& plan) {
  std::vector<float> ranges;
  for (const auto& site : plan.sites) {
    if (site.role == SiteRole::kWeight) continue;
    const auto state = state_of(model, site);
    ranges.insert(ranges.end(), {state.low.item<float>(), state.high.item<float>()});
  }
  return ranges;
}

}  // namespace

TEST_CASE("without gradients a training model gives what the simulation gives, bit by bit") {
  const at::NoGradGuard no_grad;
  for (const auto& net : kTrainedNets)
    for (const int64_t bits : {8, 3})
      for (const auto step : {StepSize::kObserved, StepSize::kLearned}) {
        INFO(net.body << ", " << bits << " bits, " << to_string(step));
        Recipe recipe;
        recipe.weight_bits = recipe.activation_bits = bits;
        const auto prepared = prepare(build(net), noise(net.input, 9), recipe);
        auto model = training_model(prepared, {step, step});
        if (step == StepSize::kObserved) TrainingSwitches(model, prepared.plan).observe(false);
        const auto x = noise(net.input, 10);
        const auto expected = simulate(prepared).forward({x})[0];
        CHECK(model.forward({x})[0].equal(expected));
      }
}

TEST_CASE("an average differs from the simulation's by a step at most, and rarely") {
  const at::NoGradGuard no_grad;
  const auto prepared =
      prepared_of({"return torch.avg_pool2d(torch.conv2d(x, w1), [2, 2])", {{"w1", {4, 3, 1, 1}}}});
  const auto x = noise({4, 3, 7, 7}, 10);
  const auto difference =
      (training_model(prepared).forward({x})[0] - simulate(prepared).forward({x})[0]).abs();
  const double step = prepared.qparams.back().scale();
  CHECK(difference.max().item<double>() <= 1.001 * step);
  CHECK((difference > 0.5 * step).to(at::kFloat).mean().item<double>() < 0.2);
}

TEST_CASE("processes that see parts of a batch have the grids of the whole") {
  const auto x = noise({4, 3, 7, 7}, 10) * 2;
  const auto prepared = prepared_of(kTrainedNets[1]);
  auto whole = training_model(prepared);
  (void)whole.forward({x});
  std::vector<Model> parts;
  for (int i = 0; i < 2; ++i) parts.push_back(training_model(prepared_of(kTrainedNets[1])));
  ThreadsAsPeers::run(2, [&](const Peers& peers) {
    auto& part = parts[size_t(peers.rank())];
    (void)part.forward({x.slice(0, 2 * peers.rank(), 2 * peers.rank() + 2)});
    make_buffers_common(part, prepared.plan, peers);
  });
  for (const auto& site : prepared.plan.sites) {
    INFO(site.name);
    const auto expected = state_of(whole, site), first = state_of(parts[0], site),
               second = state_of(parts[1], site);
    CHECK(first.low.allclose(expected.low));
    CHECK(first.high.allclose(expected.high));
    CHECK(first.scale.allclose(expected.scale));
    CHECK(first.zero_point.equal(expected.zero_point));
    CHECK(second.low.equal(first.low));
    CHECK(second.high.equal(first.high));
    CHECK(second.scale.equal(first.scale));
  }
}

TEST_CASE("batch norm in the fold, frozen, is quantized as the folded model is") {
  const at::NoGradGuard no_grad;
  for (const auto& layer : normed_layers()) {
    INFO(layer.name);
    const auto prepared = prepare(build(layer), noise(layer.input, 9));
    auto model =
        make_training_model(canonicalise_unfolded(build(layer)), prepared.plan, prepared.qparams, {});
    const auto x = noise(layer.input, 10);
    const auto expected = simulate(prepared).forward({x})[0];
    // Folded in float32 instead of float64, a weight or a value may round to the next step.
    const auto difference = (model.forward({x})[0] - expected).abs();
    CHECK(count_nodes(model, "qtool::batch_norm_fake_quant") == 1);
    CHECK(count_nodes(model, "qtool::batch_norm_in_fold") == 0);
    CHECK((difference > 1e-5).to(at::kFloat).mean().item<double>() < 0.02);
  }
}

TEST_CASE("relu and hardtanh become part of the fake-quant behind them") {
  for (const auto& [net, input] :
       {std::pair<size_t, std::string>(1, "%conv2d"), {2, "%conv2d"}, {3, "%add"}}) {
    const auto text = graph_text(training_model(prepared_of(kTrainedNets[net])));
    CHECK_THAT(text, contains(":fakequant : Tensor = qtool::fake_quant_activation(" + input + ","));
    // Their nodes are dead.
    CHECK_THAT(text, !contains("(%relu,") && !contains("(%hardtanh,") && !contains("(%relu)"));
  }
}

TEST_CASE("each site stands in the graph with its grid and its step") {
  const auto prepared = prepared_of(kTrainedNets[1]);
  const auto model = training_model(prepared);
  check_in_order(model,
                 {"qtool::fake_quant_activation(%x.1", "qtool::fake_quant_weight(",
                  "= aten::conv2d(%x.1:fakequant", "qtool::fake_quant_activation(%conv2d",
                  "qtool::fake_quant_weight(", "= aten::linear(", "qtool::fake_quant_activation(%linear"});
  CHECK(count_nodes(model, "qtool::fake_quant_activation") == 3);
  CHECK(count_nodes(model, "qtool::fake_quant_weight") == 2);
}

TEST_CASE("switched off it is the float model, bit by bit") {
  const at::NoGradGuard no_grad;
  for (const auto& net : kTrainedNets) {
    INFO(net.body);
    auto prepared = prepared_of(net);
    auto model = training_model(prepared);
    TrainingSwitches switches(model, prepared.plan);
    switches.enable(false);
    const auto x = noise(net.input, 10), expected = prepared.model.forward({x})[0];
    CHECK(model.forward({x})[0].equal(expected));
    switches.enable(true);
    CHECK(!model.forward({x})[0].equal(expected));
  }
}

TEST_CASE("ranges move while observing, and only then") {
  const auto prepared = prepared_of(kTrainedNets[3]);
  auto model = training_model(prepared);
  TrainingSwitches switches(model, prepared.plan);
  const auto x = noise({4, 3, 7, 7}, 10) * 10;
  const auto first = ranges_of(model, prepared.plan);
  switches.observe(false);
  (void)model.forward({x});
  CHECK(ranges_of(model, prepared.plan) == first);
  switches.observe(true);
  switches.enable(false);
  (void)model.forward({x});
  const auto then = ranges_of(model, prepared.plan);
  for (size_t i = 0; i < first.size(); ++i) CHECK(std::fabs(then[i]) >= std::fabs(first[i]));
  CHECK(then[1] == Approx(first[1] + 0.01 * (x.max().item<double>() - first[1])));
  {
    const at::NoGradGuard validation;
    (void)model.forward({x});
  }
  CHECK(ranges_of(model, prepared.plan) == then);
}

TEST_CASE("a grid that the kernel dictates is neither observed nor learned") {
  const auto prepared = prepared_of(kTrainedNets[5]);
  auto model = training_model(prepared, {StepSize::kLearned, StepSize::kLearned});
  const auto fixed = std::find_if(prepared.plan.sites.begin(), prepared.plan.sites.end(),
                                  [](const Site& site) { return site.source == GridSource::kFixed; });
  REQUIRE(fixed != prepared.plan.sites.end());
  const auto state = state_of(model, *fixed);
  CHECK(state.observe.item<int64_t>() == 0);
  CHECK(!state.scale.requires_grad());
  (void)model.forward({noise({4, 3, 7, 7}, 10)});
  CHECK(state.scale.item<float>() == 1.0F / 256);
}

TEST_CASE("steps are parameters where they are learned, and everything trained gets a gradient") {
  for (const auto weights : {StepSize::kObserved, StepSize::kLearned})
    for (const auto activations : {StepSize::kObserved, StepSize::kLearned}) {
      INFO(to_string(weights) << " weights, " << to_string(activations) << " activations");
      const auto prepared = prepared_of(kTrainedNets[1]);
      auto model = training_model(prepared, {weights, activations});
      model.forward({noise({4, 3, 7, 7}, 10)})[0].square().sum().backward();
      int scales = 0, others = 0;
      for (const auto& [name, tensor] : model.parameters()) {
        (name.ends_with("_fake_quant.scale") ? scales : others) += 1;
        INFO(name);
        REQUIRE(tensor.requires_grad());
        REQUIRE(tensor.grad().defined());
        CHECK(tensor.grad().abs().sum().item<float>() > 0);
      }
      CHECK(others == 2);
      CHECK(scales == (weights == StepSize::kLearned ? 2 : 0) + (activations == StepSize::kLearned ? 3 : 0));
    }
}

TEST_CASE("left to itself, a step is learned where bits are few and observed above") {
  // Two weights and two activations; the third is the output, which has 8 bits.
  for (const auto& [bits, expected] : {std::pair(2, 4), {3, 4}, {4, 2}, {5, 0}, {8, 0}}) {
    INFO(bits << " bits");
    Recipe recipe;
    recipe.weight_bits = recipe.activation_bits = bits;
    const auto& net = kTrainedNets[1];
    const auto prepared = prepare(build(net), noise(net.input, 9), recipe);
    int learned = 0;
    for (const auto& [name, tensor] : training_model(prepared).parameters())
      learned += name.ends_with("_fake_quant.scale") ? 1 : 0;
    CHECK(learned == expected);
  }
}

TEST_CASE("batch norms are trained in the fold until they are frozen") {
  const auto& layer = normed_layers()[0];
  const auto prepared = prepare(build(layer), noise(layer.input, 9));
  const auto trainee = canonicalise_unfolded(build(layer));
  auto model = make_training_model(trainee, prepared.plan, prepared.qparams, {});
  TrainingSwitches switches(model, prepared.plan);
  const auto mean = find_attribute(trainee.module(), "mean")->toTensor();
  const auto x = noise(layer.input, 10), before = mean.clone();
  switches.freeze_batch_norm(true);
  (void)model.forward({x});
  CHECK(mean.equal(before));
  switches.freeze_batch_norm(false);
  model.forward({x})[0].sum().backward();
  CHECK(!mean.equal(before));
  size_t trained = 0;
  for (const auto& [name, tensor] : model.parameters())
    trained += !name.ends_with("_fake_quant.scale") && tensor.grad().defined() ? 1 : 0;
  CHECK(trained == 4);  // weight, bias, gamma, beta
}

TEST_CASE("what is trained stands in the canonical model as well") {
  const auto prepared = prepared_of(kTrainedNets[1]);
  const auto model = training_model(prepared);
  for (const auto& [name, tensor] : prepared.model.parameters()) {
    const auto same = find_attribute(model.module(), name);
    REQUIRE(same);
    CHECK(same->toTensor().is_same(tensor));
  }
}

TEST_CASE(
    "weights in groups are trained as they are simulated, with a gradient for the scale of each group") {
  const SmallNet net{"return torch.linear(torch.flatten(x, 1), w1)", {{"w1", {5, 64}}}, {2, 4, 4, 4}};
  Recipe recipe;
  recipe.mode = Mode::kWeightOnly;
  recipe.weight_bits = 2;
  recipe.group_size = 32;
  const auto x = noise(net.input, 9);
  const auto prepared = prepare(build(net), x, recipe, {.name = "x86", .weight_groups = true});
  auto training = training_model(prepared, {.weights = StepSize::kLearned});
  CHECK(training.forward({x})[0].equal(simulate(prepared).forward({x})[0]));
  training.forward({x})[0].square().sum().backward();
  const auto scale = state_of(training, prepared.plan.sites.at(0)).scale;
  REQUIRE(scale.grad().defined());
  CHECK(scale.grad().sizes() == at::IntArrayRef({10}));
  CHECK(scale.grad().abs().min().item<float>() > 0);
}
