#include "graph/passes/normalise_operators.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "catch.h"
#include "graph/graphs.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

/// The graph after the pass. Checks that the pass leaves a whole graph that computes the same, and that
/// running it again changes nothing.
std::string normalised(const ModuleBuilder& builder, at::IntArrayRef input_shape) {
  auto before = inlined(builder.build());
  auto after = inlined(builder.build());
  normalise_operators(after.module());
  lint(after);
  const auto text = text_of(after);
  CHECK(difference(before, after, {numbers(input_shape) * 8}) < 1e-5);
  auto again = inlined(after);
  normalise_operators(again.module());
  CHECK(text_of(again) == text_of(inlined(after)));
  return text;
}

std::string normalised(const std::string& expression, at::IntArrayRef input_shape = {1, 2, 5, 5}) {
  return normalised(leaf("Net", expression), input_shape);
}

std::string convolution(const at::Tensor& weight, const std::string& arguments, at::IntArrayRef input_shape) {
  return normalised(layer("Net", weight, "torch._convolution(x, self.weight, self.bias, " + arguments + ")"),
                    input_shape);
}

}  // namespace

TEST_CASE("a traced convolution becomes the operator that scripted models have") {
  const std::string flags = ", False, False, True, True";
  FileCheck()
      .check("aten::conv2d(")
      ->check_not("_convolution")
      ->run(convolution(numbers({3, 2, 3, 3}), "[1, 2], [1, 0], [1, 1], False, [0, 0], 1" + flags,
                        {1, 2, 6, 6}));
  FileCheck()
      .check("aten::conv1d(")
      ->check_not("_convolution")
      ->run(convolution(numbers({4, 1, 3}), "[1], [1], [1], False, [0], 2" + flags, {1, 2, 6}));
  FileCheck()
      .check("aten::conv3d(")
      ->check_not("_convolution")
      ->run(convolution(numbers({2, 2, 1, 2, 2}),
                        "[1, 1, 1], [0, 0, 0], [1, 1, 1], False, [0, 0, 0], 1" + flags, {1, 2, 3, 3, 3}));
}

TEST_CASE("a cat of one tensor is that tensor") {
  FileCheck().check_not("aten::cat")->run(normalised("torch.cat([x], 1) * 2"));
  FileCheck().check("aten::cat")->run(normalised("torch.cat([x, x], 1)"));
}

TEST_CASE("a transposed convolution keeps its order of arguments apart") {
  // output_padding, groups, dilation: not where conv2d has them.
  const auto builder = [] {
    auto module =
        leaf("Net",
             "torch._convolution(x, self.weight, self.bias, [2, 2], [1, 1], [1, 1], True, [1, 0], 2, "
             "False, False, True, True)");
    module.parameter("weight", numbers({4, 3, 3, 3})).parameter("bias", numbers({6}));
    return module;
  }();
  FileCheck().check("aten::conv_transpose2d(")->run(normalised(builder, {1, 4, 5, 5}));
}

TEST_CASE("a convolution whose weight is computed stays as it is") {
  auto module =
      leaf("Net",
           "torch._convolution(x, self.weight * x.sum(), None, [1, 1], [1, 1], [1, 1], False, [0, 0], "
           "1, False, False, True, True)");
  module.parameter("weight", numbers({3, 2, 3, 3}));
  FileCheck().check("aten::_convolution(")->run(normalised(module, {1, 2, 5, 5}));
}

TEST_CASE("padding by name becomes numbers") {
  const auto padded = [](at::IntArrayRef kernel, const std::string& padding, const std::string& dilation) {
    std::vector<int64_t> shape{3, 2};
    shape.insert(shape.end(), kernel.begin(), kernel.end());
    return normalised(
        layer("Net", numbers(shape),
              "torch.conv2d(x, self.weight, self.bias, [1, 1], '" + padding + "', " + dilation + ", 1)"),
        {1, 2, 9, 9});
  };
  FileCheck()
      .check("int[] = prim::Constant[value=[1, 2]]")
      ->check_not("constant_pad_nd")
      ->run(padded({3, 5}, "same", "[1, 1]"));
  FileCheck().check("int[] = prim::Constant[value=[2, 2]]")->run(padded({3, 3}, "same", "[2, 2]"));
  FileCheck()
      .check("int[] = prim::Constant[value=[0, 0]]")
      ->check_not("constant_pad_nd")
      ->run(padded({3, 3}, "valid", "[1, 1]"));
  FileCheck()
      .check("int[] = prim::Constant[value=[1, 2]]")
      ->check("aten::conv2d(")
      ->check_not("_convolution_mode")
      ->run(normalised(layer("Net", numbers({3, 2, 3, 5}),
                             "torch._convolution_mode(x, self.weight, self.bias, [1, 1], 'same', [1, 1], 1)"),
                       {1, 2, 9, 9}));
  FileCheck()
      .check("value=[0, 1]")
      ->check("aten::constant_pad_nd")
      ->check("aten::conv1d(")
      ->run(normalised(layer("Net", numbers({3, 2, 4}),
                             "torch._convolution_mode(x, self.weight, self.bias, [1], 'same', [1], 1)"),
                       {1, 2, 9}));
  // A kernel of 2 x 4 adds one row and three columns: none and one before the values, one and two after them.
  FileCheck()
      .check("value=[0, 1, 0, 1]")
      ->check("aten::constant_pad_nd")
      ->check("value=[0, 1]")
      ->check("aten::conv2d")
      ->run(padded({2, 4}, "same", "[1, 1]"));
}

TEST_CASE("the greatest and the least of two tensors have names of their own, those of one stay") {
  FileCheck().check("aten::maximum(")->check_not("aten::max(")->run(normalised("torch.max(x, torch.neg(x))"));
  FileCheck().check("aten::minimum(")->check_not("aten::min(")->run(normalised("torch.min(x, torch.neg(x))"));
  FileCheck().check("aten::max(")->run(normalised("torch.max(x, 1)[0]"));
  FileCheck().check("aten::min(")->run(normalised("torch.min(x)"));
}

TEST_CASE("clamps from zero become relu or hardtanh, others stay") {
  FileCheck().check("aten::relu(")->check_not("clamp")->run(normalised("torch.clamp(x, 0)"));
  FileCheck().check("aten::relu(")->check_not("clamp")->run(normalised("torch.clamp(x, 0.0, None)"));
  FileCheck().check("aten::relu(")->check_not("clamp")->run(normalised("torch.clamp_min(x, 0.0)"));
  FileCheck()
      .check("value=0.")
      ->check("value=6.")
      ->check("aten::hardtanh(")
      ->check_not("clamp")
      ->run(normalised("torch.clamp(x, 0, 6)"));
  FileCheck().check("aten::hardtanh(")->check_not("relu6")->run(normalised("torch.relu6(x)"));
  FileCheck().check("aten::clamp(")->check_not("hardtanh")->run(normalised("torch.clamp(x, -1, 6)"));
  FileCheck().check("aten::clamp(")->check_not("hardtanh")->run(normalised("torch.clamp(x, None, 6)"));
  FileCheck().check("aten::clamp_min(")->run(normalised("torch.clamp_min(x, 0.5)"));
}

TEST_CASE("dropout goes where it is off, and stays where it is on") {
  FileCheck().check_not("dropout")->run(normalised("torch.dropout(x, 0.5, False)"));
  FileCheck().check_not("dropout")->run(normalised("torch.feature_dropout(x, 0.5, False)"));
  auto training = inlined(leaf("Net", "torch.dropout(x, 0.5, True)").build());
  normalise_operators(training.module());
  FileCheck().check("aten::dropout(")->run(text_of(training));
}

TEST_CASE("a constant pad has one spelling, the other modes stay") {
  FileCheck()
      .check("aten::constant_pad_nd(")
      ->check_not("aten::pad(")
      ->run(normalised("torch.pad(x, [1, 2, 0, 1], 'constant', 0.0)"));
  FileCheck().check("aten::constant_pad_nd(")->run(normalised("torch.pad(x, [1, 2], 'constant', None)"));
  FileCheck()
      .check("value=2.5")
      ->check("aten::constant_pad_nd(")
      ->run(normalised("torch.pad(x, [1, 2], 'constant', 2.5)"));
  FileCheck()
      .check("aten::pad(")
      ->check_not("constant_pad_nd")
      ->run(normalised("torch.pad(x, [1, 1, 1, 1], 'reflect', None)"));
}

TEST_CASE("copies that change nothing go") {
  FileCheck()
      .check("aten::relu(")
      ->check_not("contiguous")
      ->check_not("detach")
      ->run(normalised("torch.relu(torch.detach(torch.contiguous(x)))"));
}

TEST_CASE("a view becomes a reshape, which needs no contiguous()") {
  FileCheck()
      .check("aten::transpose(")
      ->check("aten::reshape(")
      ->check_not("aten::view(")
      ->run(normalised("torch.transpose(x, 0, 1).contiguous().view([-1])"));
}

TEST_CASE("operators inside an if are made one, too") {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x):\n  if bool(x.sum() > 0):\n    y = torch.relu6(x)\n  else:\n    y = "
      "torch.clamp(x, 0)\n"
      "  return y");
  FileCheck().check("prim::If")->check("aten::hardtanh")->check("aten::relu(")->run(normalised(net, {2, 3}));
}
