#include "catch.h"
#include "onnx_text.h"

using namespace qtool;
using qtool::onnx::expression_refusal;
using qtool::onnx::expression_text;

TEST_CASE("a reduction is over the dimensions that are named, else over all") {
  CHECK(expression_text("x.mean()") == "mean = ReduceMean(x, [0,1,2,3]) keepdims=0\n");
  CHECK(expression_text("x.amax([-1, 1], True)") == "amax = ReduceMax(x, [3,1]) keepdims=1\n");
  CHECK(expression_text("x.mean([1], dtype=7)") ==
        "mean = Cast(x) to=11\nmean_2 = ReduceMean(mean, [1]) keepdims=0\n");
  CHECK(expression_text("(x > 0).sum(1)") ==
        "gt = Greater(x, 0)\nsum = Cast(gt) to=7\nsum_2 = ReduceSum(sum, [1]) keepdims=0\n");
}

TEST_CASE(
    "the greatest has a place where it is one of a dimension, and is of two tensors where there are two") {
  CHECK(expression_text("torch.max(x, 2, True)[1]") ==
        "max.0 = ReduceMax(x, [2]) keepdims=1\nmax.0_2 = ArgMax(x) axis=2 keepdims=1\n");
  CHECK(expression_text("x.max()") == "max = ReduceMax(x, [0,1,2,3]) keepdims=0\n");
  CHECK(expression_text("torch.max(x, x.abs())") == "abs = Abs(x)\nmaximum = Max(x, abs)\n");
  CHECK(expression_text("torch.argmax(x, -1)") == "argmax = ArgMax(x) axis=3 keepdims=0\n");
  CHECK_THAT(expression_refusal("torch.argmax(x)"), contains("it has no dim"));
  CHECK_THAT(expression_refusal("torch.topk(x, 2, 3, False)[0]"), contains("it looks for the least"));
}

TEST_CASE("sums along a dimension are in the type that comes out") {
  CHECK(expression_text("torch.cumsum(x, -1)") == "cumsum = CumSum(x, 3)\n");
  CHECK(expression_text("torch.cumsum(x > 0, 1)") ==
        "gt = Greater(x, 0)\ncumsum = Cast(gt) to=7\ncumsum_2 = CumSum(cumsum, 1)\n");
  CHECK_THAT(expression_text("torch.cumsum(x > 0, 1, dtype=6)"), contains("cumsum = Cast(gt) to=1\n"));
}

TEST_CASE("variance is corrected for the number of values, which must not be that of samples") {
  const std::string centred =
      "var = ReduceMean(x, [2,3]) keepdims=1\nvar_2 = Sub(x, var)\nvar_3 = Mul(var_2, var_2)\n"
      "var_4 = ReduceMean(var_3, [2,3]) keepdims=0\n";
  CHECK(expression_text("torch.var(x, [2, 3], False)") == centred);
  CHECK(expression_text("torch.var(x, [2, 3], correction=2)") ==
        centred + "var_5 = Mul(var_4, 1.05)\n");  // 42 / 40
  CHECK_THAT(expression_text("x.std([1], False)"), contains("std_5 = Sqrt(std_4)"));
  CHECK_THAT(expression_refusal("x.var([0])"), contains("the number of samples in a batch"));
  CHECK(expression_text("x.norm(1, [2, 3], True)") == "norm = ReduceL1(x, [2,3]) keepdims=1\n");
  CHECK_THAT(expression_refusal("x.norm(3, 1)"), contains("its order is neither 1 nor 2"));
}
