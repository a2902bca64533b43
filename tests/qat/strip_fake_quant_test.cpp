#include "qat/strip_fake_quant.h"
#include "graph/read/read_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "base/error.h"
#include "graph/ir/attributes.h"
#include "graph/passes/canonicalise.h"
#include "graph_text.h"
#include "qat/prepared_net.h"
#include "simulate/simulate.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// Layers with all that is particular: averages, clips of their own, float neighbours, a residual.
const std::vector<SmallNet> kStrippedNets = {
    {"return torch.conv2d(x, w1)", {{"w1", {4, 3, 3, 3}}}},
    {"h = torch.relu(torch.conv2d(x, w1)); h = torch.avg_pool2d(h, [2, 2]); "
     "return torch.linear(torch.flatten(h, 1), w2)",
     {{"w1", {4, 3, 1, 1}}, {"w2", {5, 36}}}},
    {"h = torch.conv2d(x, w1); h = torch.relu(torch.max_pool2d(h, [2, 2])); return h + torch.conv2d(h, w2)",
     {{"w1", {4, 3, 1, 1}}, {"w2", {4, 4, 1, 1}}}},
    {"h = torch.gelu(torch.conv_transpose2d(x, w1)); return torch.tanh(x).sum() + torch.conv2d(h, w2)",
     {{"w1", {3, 4, 2, 2}}, {"w2", {2, 4, 1, 1}}}}};

/// Without the first line, which has the type's name.
std::string body_of(const Model& model) {
  const auto text = graph_text(model);
  return text.substr(text.find('\n'));
}

Model saved_and_loaded(const Model& model) {
  const auto path = std::filesystem::temp_directory_path() / ("strip." + std::to_string(getpid()) + ".pt");
  model.save(path);
  auto loaded = read_model(path);
  std::filesystem::remove(path);
  return loaded;
}

void check_stripped(const Model& simulated, const Solution& prepared) {
  REQUIRE(has_fake_quant(simulated));
  auto stripped = strip_fake_quant(simulated);
  CHECK(body_of(canonicalise(stripped.model)) == body_of(prepared.model));
  CHECK(!has_fake_quant(stripped.model));
  const auto weights = prepared.model.parameters(), same = stripped.model.parameters();
  REQUIRE(weights.size() == same.size());
  for (size_t i = 0; i < weights.size(); ++i) CHECK(same[i].tensor.equal(weights[i].tensor));
  REQUIRE(stripped.grids.size() == prepared.plan.sites.size());
  for (size_t i = 0; i < prepared.plan.sites.size(); ++i) {
    const auto& grid = stripped.grids.at(prepared.plan.sites[i].name);
    CHECK(grid.scheme() == prepared.qparams[i].scheme());
    CHECK(grid.scales().equal(prepared.qparams[i].scales()));
    CHECK(grid.zero_points().equal(prepared.qparams[i].zero_points()));
  }
}

}  // namespace

TEST_CASE("what simulating put in, stripping takes out again: the graph and the grids") {
  for (const auto& net : kStrippedNets) {
    INFO(net.body);
    const auto prepared = prepared_of(net);
    const auto simulated = simulate(prepared);
    const auto before = graph_text(simulated);
    check_stripped(simulated, prepared);
    CHECK(body_of(strip_fake_quant(simulated).model) == body_of(prepared.model));
    CHECK(graph_text(simulated) == before);
  }
}

TEST_CASE("also out of a file, of every scheme") {
  for (const bool per_channel : {true, false})
    for (const int64_t bits : {2, 3, 8})
      for (const auto symmetry : {Symmetry::kAffine, Symmetry::kSymmetric}) {
        Recipe recipe;
        recipe.weight_bits = recipe.activation_bits = bits;
        recipe.activation_symmetry = symmetry;
        recipe.weight_granularity = per_channel ? Granularity::kPerChannel : Granularity::kPerTensor;
        const auto prepared = prepare(build(kStrippedNets[1]), noise(kStrippedNets[1].input, 9), recipe);
        check_stripped(saved_and_loaded(simulate(prepared)), prepared);
      }
}

TEST_CASE("also out of a file, with scales of groups") {
  const SmallNet net{"return torch.linear(torch.flatten(x, 1), w1)", {{"w1", {5, 64}}}, {2, 4, 4, 4}};
  Recipe recipe;
  recipe.mode = Mode::kWeightOnly;
  recipe.weight_bits = 3;
  recipe.group_size = 32;
  const auto prepared =
      prepare(build(net), noise(net.input, 9), recipe, {.name = "x86", .weight_groups = true});
  CHECK(prepared.qparams.at(0).scales().numel() == 10);
  check_stripped(saved_and_loaded(simulate(prepared)), prepared);
}

TEST_CASE("a model without fake-quant modules has none") {
  const auto prepared = prepared_of(kStrippedNets[0]);
  CHECK(!has_fake_quant(prepared.model));
  CHECK(!has_fake_quant(build(kStrippedNets[1])));
}

TEST_CASE("a damaged module is refused with its site") {
  struct Damage {
    const char* name;
    const char* module;
    std::function<void(torch::jit::Module&)> apply;
    const char* says;
  };
  const auto fill = [](const char* name, double value) {
    return [=](torch::jit::Module& module) { module.attr(name).toTensor().fill_(value); };
  };
  const auto set = [](const char* name, const c10::IValue& value) {
    return [=](torch::jit::Module& module) { module.setattr(name, value); };
  };
  const std::vector<Damage> damages = {
      {"a scale of zero", "output", fill("scale", 0), "not a positive number"},
      {"a scale that is NaN", "weight", fill("scale", NAN), "not a positive number"},
      {"a zero point off the grid", "output", fill("zero_point", 999), "999"},
      {"a grid that no number of bits has", "output", set("qmax", 200), "bits"},
      {"a grid of too many bits", "weight", set("qmax", 255), "9 bits"},
      {"two scales for a tensor", "output", set("scale", at::tensor({1.0F, 2.0F})), "2 scales"},
      {"a scale that is no vector", "output", set("scale", at::full({}, 1.0)), "has not one scale"},
      {"too few scales for the channels", "weight", set("scale", at::tensor({1.0F, 2.0F})), "2 scales"},
      {"too few zero points", "weight", set("zero_point", at::tensor({0, 0}, at::kInt)), "2 zero points"},
      {"an axis that the weight lacks", "weight", set("axis", 7), "4 scales"}};
  for (const auto& [name, role, apply, says] : damages) {
    INFO(name);
    const auto prepared = prepared_of(kStrippedNets[0]);
    const auto simulated = simulate(prepared);
    auto module =
        find_attribute(simulated.module(), std::string("conv2d_") + role + "_fake_quant")->toModule();
    apply(module);
    try {
      (void)strip_fake_quant(simulated);
      FAIL_CHECK("no error");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::kUsage);
      CHECK(error.complaint().where == std::string("conv2d:") + role);
      CHECK_THAT(error.what(), contains("damaged") && contains(says));
    }
  }
}
