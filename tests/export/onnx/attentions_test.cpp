#include "catch.h"
#include "onnx_text.h"

using namespace qtool;
using qtool::onnx::expression_refusal;
using qtool::onnx::expression_text;

TEST_CASE("attention is a softmax of scaled scores with what its mask adds") {
  const std::string name = "scaled_dot_product_attention";
  const auto masked =
      expression_text("torch.scaled_dot_product_attention(x, x, x, x[:, :, :, :6] > 0, scale=0.5)");
  CHECK_THAT(masked,
             contains(name + " = Mul(x, 0.5)\n" + name + "_2 = Transpose(x) perm=[0,1,3,2]\n" + name +
                      "_3 = MatMul(" + name + ", " + name + "_2)\n" + name + "_4 = Where(gt, 0, -inf)\n"));
  CHECK_THAT(masked, contains("Softmax(" + name + "_5) axis=-1"));
  CHECK_THAT(
      expression_text("torch.scaled_dot_product_attention(x, x, x, x[:, :, :, :6])"),
      contains("= Add(" + name + "_3, slice") && contains(name + " = Mul(x, 0.377964)"));  // 1 / sqrt(7)
  // A query that sees no key gets 0, and no such step is there where each is known to see one.
  CHECK_THAT(masked, contains(name + "_8 = Cast(gt) to=1\n" + name + "_9 = ReduceMax(" + name +
                              "_8, [-1])\n" + name + "_10 = Cast(" + name + "_9) to=9\n" + name +
                              "_11 = Where(" + name + "_10, " + name + "_7, 0)\n"));
  CHECK_THAT(expression_text("torch.scaled_dot_product_attention(x, x, x, torch.ones([6, 6]) > 0)"),
             !contains("ReduceMax"));
  // A query sees no key behind its own place.
  CHECK_THAT(expression_text("torch.scaled_dot_product_attention(x, x, x, is_causal=True)"),
             contains("= Expand(-inf, " + name + "_4)\n" + name + "_6 = Trilu(" + name + "_5, 1) upper=1"));
  CHECK_THAT(expression_refusal("torch.scaled_dot_product_attention(x, x, x, enable_gqa=True)"),
             contains("several heads share one key"));
}
