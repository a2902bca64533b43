#include "catch.h"
#include "onnx_text.h"

using namespace qtool;
using qtool::onnx::expression_text;
using qtool::onnx::refusal_of;

TEST_CASE("a convolution has its window's settings, and 'same' padding at both ends") {
  CHECK(expression_text("torch.conv2d(x, w1, None, [2, 1], [1, 0], [1, 2], 3)", {{"w1", {6, 1, 3, 2}}}) ==
        "conv2d = Conv(x, conv2d.weight) dilations=[1,2] group=3 pads=[1,0,1,0] strides=[2,1]\n");
  CHECK_THAT(
      expression_text("torch.conv2d(x, w1, b1, [1, 1], 'same', [2, 1])", {{"w1", {4, 3, 3, 3}}, {"b1", {4}}}),
      contains("Conv(x, conv2d.weight, conv2d.bias) dilations=[2,1] group=1 pads=[2,1,2,1]"));
  CHECK_THAT(
      expression_text("torch.conv_transpose2d(x, w1, None, [2, 2], [1, 1], [1, 0])", {{"w1", {3, 4, 3, 3}}}),
      contains("ConvTranspose(x, conv_transpose2d.weight) dilations=[1,1] group=1 output_padding=[1,0] "
               "pads=[1,1,1,1] strides=[2,2]"));
}

TEST_CASE("a sample without a batch, which Conv does not take, is refused") {
  CHECK_THAT(refusal_of({"return torch.conv2d(x[0], w1)", {{"w1", {4, 3, 3, 3}}}}),
             contains("aten::conv2d: it takes one sample without a batch"));
}

TEST_CASE("a linear layer is Gemm of matrices, and MatMul and Add of more dimensions") {
  CHECK_THAT(expression_text("torch.linear(x[:, 0, 0], l1, k1)", {{"l1", {5, 7}}, {"k1", {5}}}),
             contains("linear = Gemm(select#2, linear.weight, linear.bias) transB=1"));
  CHECK(expression_text("torch.linear(x, l1, k1)", {{"l1", {5, 7}}, {"k1", {5}}}) ==
        "linear = MatMul(x, linear.weight)\nlinear_2 = Add(linear, linear.bias)\n");
  CHECK_THAT(expression_text("torch.baddbmm(x[:, 0], x[:, 1], w1, beta=3, alpha=0.5)", {{"w1", {2, 7, 7}}}),
             contains("baddbmm_2 = Mul(baddbmm, 0.5)\nbaddbmm_3 = Mul(select, 3)\nbaddbmm_4 = Add(baddbmm_2, "
                      "baddbmm_3)"));
}

TEST_CASE("norms get weights of one and biases of zero where they have none") {
  CHECK(expression_text("torch.layer_norm(x, [6, 7])") ==
        "layer_norm = LayerNormalization(x, layer_norm.weight) axis=-2 epsilon=1e-05\n");
  CHECK(expression_text("torch.group_norm(x, 3, c1)", {{"c1", {3}}}) ==
        "group_norm = GroupNormalization(x, c1, group_norm.bias) epsilon=1e-05 num_groups=3\n");
  CHECK(expression_text("torch.instance_norm(x, None, None, None, None, True, 0.1, 0.01, True)") ==
        "instance_norm = InstanceNormalization(x, instance_norm.weight, instance_norm.bias) epsilon=0.01\n");
}
