#include "catch.h"
#include "onnx_text.h"

using namespace qtool;
using qtool::onnx::expression_text;

TEST_CASE("tensors are made in the shape that is there when the model runs") {
  CHECK(expression_text("torch.zeros([x.size(0), 2]) + 1") ==
        "#1 = Shape(x) end=1 start=0\nzeros = Concat(#1, [2]) axis=0\nzeros_2 = Expand(0, zeros)\nadd = "
        "Add(zeros_2, 1)\n");
  CHECK(expression_text("torch.full_like(x, 2.5)") ==
        "full_like = Shape(x)\nfull_like_2 = Expand(2.5, full_like)\n");
  CHECK(expression_text("torch.arange(1, x.size(3), 2).to(6)") ==
        "#1 = Shape(x) end=4 start=3\narange = Squeeze(#1)\narange_2 = Range(1, arange, 2)\nto = "
        "Cast(arange_2) to=1\n");
}

TEST_CASE("a cast to the type that is there already is none") {
  CHECK(expression_text("x.to(6)").empty());
  CHECK(expression_text("x.to(7)") == "to = Cast(x) to=11\n");
  CHECK(expression_text("(x > 0).type_as(x)") == "gt = Greater(x, 0)\ntype_as = Cast(gt) to=1\n");
  CHECK(expression_text("torch.tril(x, 1) + torch.triu(x, -1)") ==
        "tril = Trilu(x, 1) upper=0\ntriu = Trilu(x, -1) upper=1\nadd = Add(tril, triu)\n");
}
