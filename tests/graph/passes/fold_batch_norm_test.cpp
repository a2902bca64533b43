#include "graph/passes/fold_batch_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/testing/file_check.h>

#include <cmath>

#include "catch.h"
#include "graph/graphs.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

/// gamma 3, beta 1, mean 2, variance 3.75 + eps 0.25 = 4: y = (x - 2) / 2 * 3 + 1.
BatchNorm norm_of_one_channel() {
  return {.gamma = at::tensor({3.0f}),
          .beta = at::tensor({1.0f}),
          .mean = at::tensor({2.0f}),
          .var = at::tensor({3.75f}),
          .eps = 0.25};
}

/// Factors 0.5 and 3 for two channels, offsets 10 and 20: y = x * factor + offset.
BatchNorm norm_of_two_channels() {
  return {.gamma = at::tensor({1.0f, 6.0f}),
          .beta = at::tensor({10.0f, 20.0f}),
          .mean = at::tensor({0.0f, 0.0f}),
          .var = at::tensor({3.0f, 3.0f}),
          .eps = 1.0};
}

std::string conv(const std::string& bias = "self.b", const std::string& x = "x") {
  return "torch.conv2d(" + x + ", self.w, " + bias + ", [1, 1], [1, 1], [1, 1], 1)";
}

std::string norm(const std::string& x, const std::string& training = "False") {
  return "torch.batch_norm(" + x + ", self.gamma, self.beta, self.mean, self.var, " + training +
         ", 0.1, 1e-05, True)";
}

/// A layer and batch norm over `channels`.
ModuleBuilder net(const std::string& body, const at::Tensor& weight = numbers({3, 2, 3, 3}),
                  int64_t channels = 3) {
  ModuleBuilder module("Net");
  module.parameter("w", weight).parameter("b", numbers({channels}, 7));
  module.parameter("gamma", numbers({channels}, 8)).parameter("beta", numbers({channels}, 9));
  module.buffer("mean", numbers({channels}, 10)).buffer("var", numbers({channels}, 11).abs() + 0.5);
  module.define("def forward(self, x):\n" + body);
  return module;
}

/// The graph after the pass. Checks that it is whole, computes the same, and that a second pass changes
/// nothing.
std::string folded(const ModuleBuilder& builder, at::IntArrayRef input_shape = {2, 2, 5, 5}) {
  auto before = inlined(builder.build()), after = inlined(builder.build());
  fold_batch_norm(after.module());
  lint(after);
  const auto text = text_of(after);
  CHECK(difference(before, after, {numbers(input_shape)}) < 1e-5);
  fold_batch_norm(after.module());
  CHECK(text_of(after) == text);
  return text;
}

}  // namespace

TEST_CASE("folding into a weight and its bias, by hand") {
  const auto result = fold(at::tensor({4.0f}).view({1, 1, 1, 1}), at::tensor({5.0f}), norm_of_one_channel(),
                           /*channel_axis=*/0, /*groups=*/1);
  CHECK(result.weight.sizes() == at::IntArrayRef{1, 1, 1, 1});
  CHECK(result.weight.item<float>() == 6.0f);  // 4 / 2 * 3
  CHECK(result.bias.item<float>() == 5.5f);    // (5 - 2) / 2 * 3 + 1
}

TEST_CASE("a layer without bias gets one") {
  const auto result = fold(at::tensor({4.0f}).view({1, 1}), {}, norm_of_one_channel(), 0, 1);
  CHECK(result.weight.item<float>() == 6.0f);
  CHECK(result.bias.item<float>() == -2.0f);  // (0 - 2) / 2 * 3 + 1
}

TEST_CASE("batch norm without gamma and beta only centres and divides") {
  auto values = norm_of_one_channel();
  values.gamma = values.beta = at::Tensor();
  const auto result = fold(at::tensor({4.0f}).view({1, 1}), at::tensor({5.0f}), values, 0, 1);
  CHECK(result.weight.item<float>() == 2.0f);
  CHECK(result.bias.item<float>() == 1.5f);
}

TEST_CASE("each output channel has its own factor") {
  const auto result = fold(at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).view({2, 2}), at::tensor({1.0f, 1.0f}),
                           norm_of_two_channels(), 0, 1);
  CHECK(at::allclose(result.weight, at::tensor({0.5f, 1.0f, 9.0f, 12.0f}).view({2, 2})));
  CHECK(at::allclose(result.bias, at::tensor({10.5f, 23.0f})));
}

TEST_CASE("a grouped convolution has its output channels first, too") {
  const auto result = fold(at::ones({2, 1, 1, 1}), {}, norm_of_two_channels(), 0, /*groups=*/2);
  CHECK(at::allclose(result.weight.flatten(), at::tensor({0.5f, 3.0f})));
}

TEST_CASE("a transposed convolution has its output channels second") {
  const auto result = fold(at::ones({3, 2, 1, 1}), {}, norm_of_two_channels(), /*channel_axis=*/1, 1);
  CHECK(at::allclose(result.weight.flatten(), at::tensor({0.5f, 3.0f, 0.5f, 3.0f, 0.5f, 3.0f})));
}

TEST_CASE("the groups of a transposed convolution lie along its input channels") {
  // [C_in 4, C / groups 1]: inputs 0 and 1 make channel 0, inputs 2 and 3 channel 1.
  const auto result =
      fold(at::ones({4, 1, 1, 1}), {}, norm_of_two_channels(), /*channel_axis=*/1, /*groups=*/2);
  CHECK(at::allclose(result.weight.flatten(), at::tensor({0.5f, 0.5f, 3.0f, 3.0f})));
}

TEST_CASE("folding rounds once, from float64") {
  auto values = norm_of_one_channel();
  values.gamma = at::tensor({1.0f});
  values.var = at::tensor({2.75f});
  const auto result = fold(at::tensor({1.0f}), {}, values, 0, 1);
  CHECK(result.weight.item<float>() == float(1 / std::sqrt(3.0)));
  CHECK(result.weight.scalar_type() == at::kFloat);
}

TEST_CASE("batch norm after a convolution goes, with and without bias") {
  FileCheck().check("aten::conv2d")->check_not("batch_norm")->run(folded(net("  return " + norm(conv()))));
  FileCheck()
      .check("aten::conv2d")
      ->check_not("batch_norm")
      ->run(folded(net("  return " + norm(conv("None")))));
}

TEST_CASE("batch norm after other layers goes") {
  const auto grouped = net("  return " + norm("torch.conv2d(x, self.w, self.b, [1, 1], [0, 0], [1, 1], 3)"),
                           numbers({6, 1, 3, 3}), 6);
  FileCheck().check_not("batch_norm")->run(folded(grouped, {1, 3, 5, 5}));
  const auto transposed =
      net("  return " + norm("torch.conv_transpose2d(x, self.w, self.b, [2, 2], [1, 1], [0, 0], 1, [1, 1])"),
          numbers({4, 3, 3, 3}));
  FileCheck().check_not("batch_norm")->run(folded(transposed, {1, 4, 5, 5}));
  const auto transposed_groups =
      net("  return " + norm("torch.conv_transpose2d(x, self.w, self.b, [2, 2], [1, 1], [0, 0], 2, [1, 1])"),
          numbers({4, 3, 3, 3}), 6);
  FileCheck().check_not("batch_norm")->run(folded(transposed_groups, {1, 4, 5, 5}));
  const auto linear = net("  return " + norm("torch.linear(x, self.w, self.b)"), numbers({3, 4}));
  FileCheck().check_not("batch_norm")->run(folded(linear, {2, 4}));
}

TEST_CASE("batch norm stays where the convolution's output is read twice") {
  FileCheck().check("aten::batch_norm")->run(folded(net("  y = " + conv() + "\n  return y + " + norm("y"))));
  FileCheck()
      .check("aten::batch_norm")
      ->run(folded(net("  y = " + conv() + "\n  return " + norm("y") + ", y")));
}

TEST_CASE("batch norm that normalises by its batch stays") {
  FileCheck()
      .check("aten::batch_norm")
      ->run(folded(net("  return torch.batch_norm(" + conv() +
                       ", self.gamma, self.beta, None, None, True, 0.1, 1e-05, True)")));
}

TEST_CASE("batch norm that follows no layer stays, one that follows another is folded, too") {
  FileCheck().check("aten::batch_norm")->run(folded(net("  return " + norm("torch.relu(x)")), {1, 3, 2, 2}));
  FileCheck().check_not("aten::batch_norm")->run(folded(net("  return " + norm(norm(conv())))));
}

TEST_CASE("nothing is folded with a tensor that forward() computes") {
  FileCheck().check("aten::batch_norm")->run(folded(net("  return " + norm(conv("self.b * x.sum()")))));
  FileCheck()
      .check("aten::batch_norm")
      ->run(folded(net("  return torch.batch_norm(" + conv() +
                       ", self.gamma * x.sum(), self.beta, self.mean, self.var, False, 0.1, 1e-05, True)")));
}

TEST_CASE("batch norm over another axis than the layer's channels stays") {
  // [N, 3 features of time, 5 channels]: batch norm is over the 3.
  auto module = net("  return " + norm("torch.linear(x, self.w, None)"), numbers({5, 4}));
  FileCheck().check("aten::batch_norm")->run(folded(module, {2, 3, 4}));
}

TEST_CASE("a folded weight can be trained as the weight before it") {
  auto model = inlined(net("  return " + norm(conv())).build());
  fold_batch_norm(model.module());
  const auto read = inlined(model);  // only what forward() still reads
  const auto parameters = read.parameters();
  REQUIRE(parameters.size() == 2);
  for (const auto& parameter : parameters) {
    CHECK(parameter.tensor.requires_grad());
    CHECK(parameter.tensor.is_leaf());
  }
}
