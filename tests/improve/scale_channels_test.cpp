#include "improve/scale_channels.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>

#include <utility>

#include "catch.h"
#include "improve/equalisation.h"
#include "improve/judge.h"
#include "improve/one_batch.h"
#include "improve/settle.h"
#include "improve/smooth_quant.h"
#include "small_net.h"

using namespace qtool;

namespace {

/// A network with some channels of its middle a hundred times as large as the others, which the last layer makes up
/// for.
Solution unlike(const std::string& body, const std::vector<int64_t>& depthwise = {}) {
  SmallNet net{body, {{"w1", {4, 3, 1, 1}}, {"w3", {2, 4, 1, 1}}}};
  if (!depthwise.empty()) net.parameters.push_back({"w2", depthwise});
  auto model = build(net);
  const at::NoGradGuard no_grad;
  const auto factors = at::tensor({100.0F, 1.0F, 1.0F, 100.0F});
  for (const auto& [name, tensor] : model.parameters()) {
    if (name == "w1") tensor.mul_(factors.view({4, 1, 1, 1}));
    if (name == "w3") tensor.div_(factors.view({1, 4, 1, 1}));
  }
  return prepare(model, noise({4, 3, 7, 7}, 5));
}

struct Tried {
  double before_db = 0, after_db = 0;
  std::vector<std::string> moved = {};
};

/// Checks that the float model computes what it did, and how much better it is in int8.
Tried tried(const Solution& solution, Attempt (*row)(const Solution&, const Evidence&), const at::Tensor& x) {
  Progress progress;
  const auto batches = once(x);
  auto attempt = row(solution, {solution.model, {}, batches, {}, progress});
  REQUIRE(attempt.solution);
  const at::NoGradGuard no_grad;
  const auto before = solution.model.shared().forward({x})[0],
             after = attempt.solution->model.forward({x})[0];
  CHECK(at::allclose(before, after, 1e-4, 1e-5));
  const Judge judge(solution.model, {{x}});
  const auto settled = settle(*std::move(attempt.solution), attempt.moved, {}, batches);
  return {judge.sqnr_db(solution), judge.sqnr_db(settled.solution), attempt.moved};
}

}  // namespace

TEST_CASE("channels of unlike size are made alike, and what is computed stays") {
  const auto x = noise({4, 3, 7, 7}, 5);
  const auto net = unlike("return torch.conv2d(torch.relu(torch.conv2d(x, w1)), w3)");
  const auto result = tried(net, equalise_layers, x);
  CHECK(result.moved == std::vector<std::string>{"conv2d", "relu"});
  CHECK(result.after_db > result.before_db + 6);
}

TEST_CASE("depthwise layers pass factors on from both sides") {
  const auto x = noise({4, 3, 7, 7}, 5);
  const auto net = unlike(
      "h = torch.relu(torch.conv2d(x, w1)); return torch.conv2d(torch.relu(torch.conv2d(h, w2, "
      "None, [1, 1], [1, 1], [1, 1], 4)), w3)",
      {4, 1, 3, 3});
  const auto result = tried(net, equalise_layers, x);
  CHECK(result.after_db > result.before_db + 6);
}

TEST_CASE("of a relu6 no channel is made to reach 6, and one that does stays") {
  const auto x = noise({4, 3, 7, 7}, 5);
  const auto net = unlike("return torch.conv2d(torch.hardtanh(torch.conv2d(x, w1), 0., 6.), w3)");
  Progress progress;
  const auto batches = once(x);
  const auto attempt = equalise_layers(net, {net.model, {}, batches, {}, progress});
  if (!attempt.solution) return;
  const at::NoGradGuard no_grad;
  CHECK(at::allclose(net.model.shared().forward({x})[0], attempt.solution->model.shared().forward({x})[0],
                     1e-4, 1e-5));
}

TEST_CASE("outliers of a layer norm go into the linear layers that read it") {
  SmallNet net{
      "n = torch.layer_norm(x, [8], gain, beta); return torch.cat([torch.linear(n, wq), torch.linear(n, "
      "wk)], 1)",
      {{"gain", {8}}, {"beta", {8}}, {"wq", {4, 8}}, {"wk", {4, 8}}},
      {16, 8}};
  auto model = build(net);
  {
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : model.parameters())
      if (name == "gain") tensor[2].mul_(100);
  }
  const auto x = noise({16, 8}, 5);
  const auto result = tried(prepare(model, x), smooth_inputs, x);
  CHECK(result.moved == std::vector<std::string>{"layer_norm"});
  CHECK(result.after_db > result.before_db + 3);
}

TEST_CASE("behind a curve a multiplication takes outliers out") {
  SmallNet net{
      "return torch.linear(torch.gelu(torch.linear(x, w1)), w2)", {{"w1", {8, 6}}, {"w2", {4, 8}}}, {32, 6}};
  auto model = build(net);
  {
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : model.parameters()) {
      if (name == "w1") tensor[2].mul_(100);
      if (name == "w2") tensor.select(1, 2).div_(100);
    }
  }
  const auto x = noise({32, 6}, 5);
  const auto solution = prepare(model, x);
  const auto result = tried(solution, smooth_inputs, x);
  CHECK(result.moved == std::vector<std::string>{"gelu/times"});
  CHECK(result.after_db > result.before_db + 1);
}

TEST_CASE("without a place for factors there is nothing to do") {
  const auto x = noise({4, 3, 7, 7}, 5);
  const auto net = prepare(build({"return torch.conv2d(x, w)", {{"w", {4, 3, 1, 1}}}}), x);
  Progress progress;
  const auto batches = once(x);
  CHECK(equalise_layers(net, {net.model, {}, batches, {}, progress}).why_not ==
        "no layer is read by other layers alone");
  CHECK(smooth_inputs(net, {net.model, {}, batches, {}, progress}).why_not == "no linear layer reads floats");
}
