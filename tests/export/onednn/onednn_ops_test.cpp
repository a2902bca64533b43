#include "export/onednn/onednn_ops.h"

#include <ATen/TensorOperators.h>

#include "export/onednn/onednn_limits.h"
#include "export/torchscript/int8_run.h"
#include "export/torchscript/operator_cases.h"
#include "graph/view.h"
#include "graph_text.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// As limits of a plan that another target shares.
Backend shared_backend() {
  auto backend = onednn_backend();
  backend.float_outputs = false;
  backend.fuses = nullptr;
  backend.better_in_float = nullptr;
  return backend;
}

}  // namespace

namespace {

struct Fusion {
  const char* what;
  const char* body;
  size_t kernels;  ///< operators of the int8 graph that compute
  std::vector<const char*> texts;
};

/// Of 8x8 images, between a convolution from 3 to 8 channels and, if there is one, one to 8.
SmallNet net_of(const std::string& body) {
  return {"h = torch.conv2d(x, w1, b1, [1, 1], [1, 1]); " + body,
          {{"w1", {8, 3, 3, 3}},
           {"b1", {8}},
           {"w2", {8, 8, 3, 3}},
           {"b2", {8}},
           {"w3", {8, 8, 1, 1}},
           {"w4", {5, 8}}},
          {2, 3, 8, 8}};
}

const std::vector<Fusion> kFusions = {
    {"an identity is written over",
     "h = torch.relu(h); g = torch.relu(torch.conv2d(h, w3)); "
     "y = torch.relu(torch.conv2d(g, w2, b2, [1, 1], [1, 1]) + h); return torch.conv2d(y, w3)",
     4,
     {"\"sum\"", "aten::contiguous"}},
    {"the layer's own input is not",
     "y = torch.conv2d(h, w2, b2, [1, 1], [1, 1]) + h; return torch.conv2d(y, w3)",
     3,
     {"\"sum\"", "aten::clone"}},
    {"nor is what is read later",
     "g = torch.conv2d(h, w3); y = torch.conv2d(g, w3) + h; z = torch.conv2d(y, w3); "
     "return torch.conv2d(torch.cat([z, h], 0), w3)",
     5,
     {"\"sum\"", "aten::clone"}},
    {"nor is what a view of it is read of later",
     "g = torch.conv2d(h, w3); v = torch.permute(h, [0, 1, 3, 2]); "
     "y = torch.conv2d(g, w3) + h; z = torch.conv2d(y, w3); return torch.conv2d(v, w3) + torch.conv2d(z, w3)",
     6,
     {"\"sum\"", "aten::clone"}},
    {"a sum that only float reads",
     "y = torch.conv2d(h, w2, b2, [1, 1], [1, 1]) + h; return torch.tanh(y * 2.)",
     2,
     {"\"sum\""}},
    {"hardswish", "y = torch.hardswish(h); return torch.conv2d(y, w3)", 2, {"\"hardswish\""}},
    {"silu", "y = torch.silu(h); return torch.conv2d(y, w3)", 2, {"\"swish\""}},
    {"gelu of a linear layer",
     "y = torch.linear(torch.gelu(torch.linear(h, w5)), w5); return y",
     3,
     {"\"gelu\""}},
    {"relu before float readers", "y = torch.relu(h); return torch.gelu(y)", 1, {"\"relu\""}},
    {"hardtanh before float readers",
     "y = torch.hardtanh(h, 0., 1.); return torch.gelu(y)",
     1,
     {"aten::hardtanh"}},
    {"float32 from a linear layer",
     "y = torch.linear(torch.flatten(torch.mean(h, [2, 3]), 1), w4); "
     "return torch.softmax(y, 1)",
     2,
     {"aten::softmax"}}};

}  // namespace

TEST_CASE("what kernels do besides is done as simulated") {
  for (const auto& fusion : kFusions) DYNAMIC_SECTION(fusion.what) {
      auto net = net_of(fusion.body);
      net.parameters.push_back({"w5", {8, 8}});
      const auto input = noise(net.input, 7);
      auto run = quantize_for_onednn(build(net), input);
      const auto text = graph_text(run.int8);
      INFO(text);
      size_t kernels = 0;
      for (const auto* kind : {"onednn::qconv2d_pointwise", "onednn::qlinear_pointwise"})
        kernels += count_nodes(run.int8, kind);
      CHECK(kernels == fusion.kernels);
      for (const auto* part : fusion.texts) CHECK_THAT(text, contains(part));
      const auto steps = compare(run, input);
      CHECK(steps.max < 1.01);
      CHECK(steps.differing <= 0.03);
    }
}

TEST_CASE("what only float reads is as exact as the weights and the inputs") {
  const SmallNet net = {"return torch.softmax(torch.linear(x, w), -1)", {{"w", {6, 16}}}, {4, 16}};
  const auto input = noise(net.input, 7);
  auto run = quantize_for_onednn(build(net), input);
  CHECK(count_nodes(run.int8, "aten::sub_") == 0);
  const auto difference = run.int8.forward_as_client({input})[0] - run.simulated.forward({input})[0];
  CHECK(difference.abs().max().item<double>() < 1e-5);
}

TEST_CASE("pooling of large bytes is right, where LibTorch's own kernel counts in bytes") {
  const SmallNet net = {
      "h = torch.conv2d(x, w1); y = torch.max_pool2d(h, [3, 3], [2, 2], [1, 1]); "
      "return torch.conv2d(y, w2)",
      {{"w1", {8, 3, 3, 3}}, {"w2", {8, 8, 1, 1}}},
      {2, 3, 40, 40}};
  const auto input = noise(net.input, 7);
  auto run = quantize_for_onednn(build(net), input, shared_backend());
  CHECK(compare(run, input).max < 1.01);
}

TEST_CASE("what this target prefers is done as simulated, whatever the operator") {
  for (const auto& row : operator_cases()) DYNAMIC_SECTION(row.kind << " " << row.detail) {
      const auto input = noise(row.net.input, 77);
      auto run = quantize_for_onednn(build(row.net), input);
      INFO(graph_text(run.int8));
      const auto steps = compare(run, input);
      CHECK(steps.max < 1.01);
      CHECK(steps.differing <= 0.03);
    }
}

TEST_CASE(
    "every operator runs in int8 as simulated also on plain tensors, in a plan for other targets, too") {
  for (const auto& row : operator_cases()) DYNAMIC_SECTION(row.kind << " " << row.detail) {
      const auto input = noise(row.net.input, 77);
      auto run = quantize_for_onednn(build(row.net), input, shared_backend());
      const auto text = graph_text(run.int8);
      INFO(text);
      CHECK(is_taken(run, row.kind, onednn_backend()) == !row.kind.starts_with("aten::conv_transpose"));
      CHECK_THAT(text, contains("onednn::q"));
      CHECK_THAT(text, !contains("quantized::"));
      CHECK_THAT(text, !contains("aten::quantize"));
      const auto steps = compare(run, input);
      CHECK(steps.max < 1.01);
      CHECK(steps.differing <= 0.03);
    }
}
