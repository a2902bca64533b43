/// What users' models do to end up on the CPU while they are run on a GPU.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/full.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "calibrate/calibrate.h"
#include "calibrate/statistics_file.h"
#include "data/files.h"
#include "gpu.h"
#include "graph/ir/attributes.h"
#include "graph/on_device.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "same_statistics.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

namespace jit = torch::jit;

using Weights = std::vector<std::pair<std::string, std::vector<int64_t>>>;
const Weights kConvolution = {{"w1", {4, 3, 3, 3}}};

/// Bodies behind `h`, float [4, 4, 5, 5].
SmallNet behind_convolution(const std::string& body, const Weights& more = {}) {
  auto weights = kConvolution;
  weights.insert(weights.end(), more.begin(), more.end());
  return {"h = torch.conv2d(x, w1); " + body, weights};
}

std::vector<SmallNet> scripted() {
  return {
      behind_convolution("return torch.linear(torch.flatten(torch.relu(h), 1), w2)", {{"w2", {5, 100}}}),
      behind_convolution("h.add_(1.0); h[:, 0] = 0.5; h.relu_(); return h"),
      behind_convolution("return torch.cat([h + h, h * torch.mean(h, [2, 3], True)], 1)"),
      behind_convolution("return torch.adaptive_avg_pool2d(torch.max_pool2d(torch.avg_pool2d(h, [2, 2]), "
                         "[2, 2], [1, 1], [1, 1]), [1, 1])"),
      behind_convolution("return h + torch.zeros([5]) + torch.ones([5]) * torch.arange(5)"),
      behind_convolution("return h * torch.full([4, 1, 1], 0.5, device=torch.device(\"cpu\"))"),
      behind_convolution("return h + torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])"),
      behind_convolution("return h[:, torch.tensor([2, 0])] + h.index_select(1, torch.tensor([1, 3]))"),
      behind_convolution("return h.to(torch.device(\"cpu\")) * 2.0"),
      behind_convolution("return h + torch.zeros([5], device=h.device)"),
      behind_convolution("m = torch.triu(torch.ones([5, 5], dtype=11), 1); "
                         "return torch.softmax(torch.masked_fill(h, m, -1e9), -1)"),
      behind_convolution("return torch.embedding(w2, torch.argmax(h, 1))", {{"w2", {4, 6}}}),
      behind_convolution("return torch.layer_norm(h, [5], w2) @ torch.transpose(h, 2, 3)", {{"w2", {5}}}),
      behind_convolution("return torch.upsample_nearest2d(h, [10, 10]) + torch.linspace(0.0, 1.0, 10)"),
  };
}

/// For which LibTorch has kernels of a GPU's own, which the simulated one has not.
std::vector<SmallNet> recurrent() {
  const std::string sequence = "s = torch.reshape(h, [4, 4, 25]); z = torch.zeros([1, 4, 6]); ";
  return {
      behind_convolution(sequence + "y, a, b = torch.lstm(s, [z, z], [wi, wh, bi, bh], True, 1, 0.0, False, "
                                    "False, True); return torch.linear(y, w2)",
                         {{"wi", {24, 25}}, {"wh", {24, 6}}, {"bi", {24}}, {"bh", {24}}, {"w2", {5, 6}}}),
      behind_convolution(sequence + "y, a = torch.gru(s, z, [wi, wh, bi, bh], True, 1, 0.0, False, False, "
                                    "True); return torch.linear(y, w2)",
                         {{"wi", {18, 25}}, {"wh", {18, 6}}, {"bi", {18}}, {"bh", {18}}, {"w2", {5, 6}}}),
  };
}

/// forward() as tracing writes it down: devices are constants, and so are tensors made outside.
Model trace(const std::function<at::Tensor(const at::Tensor& x, const at::Tensor& weight)>& forward) {
  auto module = empty_module("Traced");
  const auto weight = noise({4, 3, 3, 3}, 1);
  module.register_parameter("weight", weight, /*is_buffer=*/false);
  const auto x = noise({4, 3, 7, 7}, 2);
  const auto run = [&](jit::Stack stack) -> jit::Stack { return {forward(stack.at(0).toTensor(), weight)}; };
  const auto no_names = [](const at::Tensor&) { return std::string(); };
  const auto traced =
      jit::tracer::trace({x}, run, no_names, /*strict=*/true, /*force_outplace=*/false, &module);
  set_forward(module, traced.first->graph);
  return Model(module);
}

std::vector<Model> traced() {
  using at::Tensor;
  const auto outside = noise({5}, 3), index = at::arange(3, -1, -1);
  std::vector<Model> models;
  models.push_back(trace([](const Tensor& x, const Tensor& w) { return at::conv2d(x, w) + at::arange(5); }));
  models.push_back(trace([&](const Tensor& x, const Tensor& w) { return at::conv2d(x, w) * outside; }));
  models.push_back(trace([&](const Tensor& x, const Tensor& w) {
    return at::conv2d(x, w).index({Tensor(), index});
  }));
  models.push_back(trace([](const Tensor& x, const Tensor& w) {
    const auto h = at::conv2d(x, w);
    return at::cat({h, at::zeros(h.sizes()).to(at::kCPU)}, 1).relu_();
  }));
  models.push_back(trace([](const Tensor& x, const Tensor& w) {
    const auto mask = at::full({5, 5}, 1, at::kBool).tril();
    return at::softmax(at::conv2d(x, w).masked_fill(mask, -1e9), -1);
  }));
  models.push_back(trace([](const Tensor& x, const Tensor& w) {
    const auto h = at::conv2d(x, w);
    return at::conv2d(h, w.slice(1, 0, 1), {}, 1, 1, 1, /*groups=*/4);
  }));
  return models;
}

std::vector<Model> all_models() {
  auto models = traced();
  for (const auto& net : scripted()) models.push_back(build(net));
  if (!gpu_rounds_as_cpu())
    for (const auto& net : recurrent()) models.push_back(build(net));
  return models;
}

std::string code_of(const Model& model) {
  return model.module().get_method("forward").graph()->toString(/*print_source_locations=*/false);
}

/// What a forward and a backward pass give, on the CPU.
std::vector<at::Tensor> outputs_and_gradients(Model& model, const at::Tensor& input, at::Device device) {
  const OnDevice placed(model, device);
  for (const auto& [name, tensor] : model.parameters()) {
    at::Tensor(tensor).mutable_grad() = at::Tensor();
    tensor.set_requires_grad(true);
  }
  const auto output = model.forward(on_device({input}, device)).at(0);
  CHECK(output.device().type() == device.type());
  output.square().sum().backward();
  std::vector<at::Tensor> result = {output.detach().cpu()};
  for (const auto& parameter : model.parameters())
    result.push_back(parameter.tensor.grad().defined() ? parameter.tensor.grad().cpu() : at::Tensor());
  return result;
}

void check_close(const std::vector<at::Tensor>& ours, const std::vector<at::Tensor>& expected) {
  REQUIRE(ours.size() == expected.size());
  const double rounding = gpu_rounds_as_cpu() ? 1e-5 : 1e-4;
  for (size_t i = 0; i < ours.size(); ++i) {
    REQUIRE(ours[i].defined() == expected[i].defined());
    if (ours[i].defined())
      CHECK((ours[i] - expected[i]).abs().max().item<float>() <=
            rounding * expected[i].abs().max().item<float>());
  }
}

/// Writes calibration.json of two batches.
void put_statistics(const Model& canonical, const QuantPlan& plan, at::Device device,
                    const std::string& path) {
  const OnDevice placed(canonical, device);
  uint64_t batch = 0;
  write_statistics(calibrate(canonical, plan,
                             [&]() -> std::vector<at::Tensor> {
                               if (batch == 2) return {};
                               return on_device({noise({4, 3, 7, 7}, 7 + batch++)}, device);
                             }),
                   path);
}

}  // namespace

TEST_CASE("models that make tensors of their own give on a GPU what they give on the CPU") {
  const auto x = noise({4, 3, 7, 7}, 9);
  for (auto& model : all_models()) {
    INFO(code_of(model));
    const auto expected = outputs_and_gradients(model, x, at::kCPU);
    const auto before = operators_on_gpu();
    check_close(outputs_and_gradients(model, x, at::kCUDA), expected);
    CHECK(operators_on_gpu() > before);
    check_close(outputs_and_gradients(model, x, at::kCPU), expected);
  }
}

TEST_CASE("running a model on a GPU leaves no mark in it") {
  for (auto& model : all_models()) {
    const auto before = code_of(model);
    (void)outputs_and_gradients(model, noise({4, 3, 7, 7}, 9), at::kCUDA);
    CHECK(code_of(model) == before);
  }
}

TEST_CASE("calibration on a GPU leaves the file that it leaves on the CPU") {
  for (const auto& model : all_models()) {
    INFO(code_of(model));
    const auto canonical = canonicalise(model);
    const auto plan = make_plan(view(canonical), Recipe(), {"x86", 8});
    REQUIRE(!plan.sites.empty());
    const TemporaryFolder folder;
    put_statistics(canonical, plan, at::kCUDA, folder / "cuda.json");
    put_statistics(canonical, plan, at::kCPU, folder / "cpu.json");
    check_same_statistics(folder / "cuda.json", folder / "cpu.json");
  }
}

TEST_CASE("a model that insists on the CPU is refused with a way out") {
  auto model = build(behind_convolution("return h + torch.zeros_like(h.cpu())"));
  const OnDevice placed(model, at::kCUDA);
  const auto run = [&] { (void)model.forward(on_device({noise({4, 3, 7, 7}, 9)}, at::kCUDA)); };
  CHECK_THAT(message_of(run), contains("does not run on cuda") &&
                                  contains("return h + torch.zeros_like(h.cpu())") &&
                                  contains("leave --device out"));
}
