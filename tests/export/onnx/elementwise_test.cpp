#include "catch.h"
#include "onnx_text.h"

using namespace qtool;
using qtool::onnx::expression_refusal;
using qtool::onnx::expression_text;

TEST_CASE("settings become attributes and operands, and those that ONNX has not are refused") {
  CHECK(expression_text("torch.gelu(x, approximate='tanh')") == "gelu = Gelu(x) approximate=tanh\n");
  CHECK(expression_text("torch.elu(x, 0.5, 2.)") == "elu = Elu(x) alpha=0.5\nelu_2 = Mul(elu, 2)\n");
  CHECK(expression_text("torch.hardtanh(x, -0.5, 2.)") == "hardtanh = Clip(x, -0.5, 2)\n");
  CHECK(expression_text("torch.clamp_max(x, -0.25)") == "clamp_max = Clip(x, , -0.25)\n");
  CHECK(expression_text("torch.rsub(x, 2, alpha=3)") == "rsub = Mul(x, 3)\nrsub_2 = Sub(2, rsub)\n");
  CHECK_THAT(expression_refusal("torch.elu(x, 0.5, 1., 2.)"),
             contains("aten::elu: its input_scale is not 1"));
  CHECK_THAT(expression_refusal("torch.softplus(x, 2.)"), contains("its beta is not 1"));
  CHECK_THAT(expression_refusal("torch.round(x, decimals=1)"), contains("it rounds to decimals"));
  CHECK(expression_text("torch.round(x)") == "round = Round(x)\n");
}

TEST_CASE("bounds that are tensors, or known only when the model runs, are limits one by one") {
  CHECK(expression_text("torch.clamp(x, c1.view(3, 1, 1), None)", {{"c1", {3}}}) ==
        "clamp = Max(x, reshape)\n");
  CHECK(expression_text("x.clamp(min=x.abs(), max=x.exp())") ==
        "abs = Abs(x)\nexp = Exp(x)\nclamp = Max(x, abs)\nclamp_2 = Min(clamp, exp)\n");
}

TEST_CASE("two operands have the type that LibTorch computes in") {
  CHECK(expression_text("x * x.size(3)") ==
        "#1 = Shape(x) end=4 start=3\nmul = Cast(#1) to=1\nmul_2 = Mul(x, mul)\n");
  CHECK_THAT(expression_text("torch.where(x > 0, 1, 0) * x"), contains("mul = Cast(where) to=1"));
  // Whole numbers over whole numbers are fractions, but for a rounded quotient.
  CHECK_THAT(expression_text("(x * 9).to(3) / 2"), contains("div = Cast(to) to=1"));
  CHECK_THAT(expression_text("(x * 9).to(4).pow(2)"),
             contains("pow = Cast(to) to=1\npow_2 = Mul(pow, pow)\npow_3 = Cast(pow_2) to=7"));
}

TEST_CASE("whole numbers that may be negative are rounded down by their remainder") {
  for (const std::string kind : {"floor_divide", "div"})
    CHECK_THAT(expression_text("torch." + kind + "((x * 9).to(4), 2" +
                               (kind == "div" ? ", rounding_mode='floor')" : ")")),
               contains(kind + " = Mod(to, 2)\n" + kind + "_2 = Sub(to, " + kind + ")\n" + kind +
                        "_3 = Div(" + kind + "_2, 2)"));
  CHECK_THAT(expression_text("x.reshape(x.size(0), x.size(2) // 2, -1)"), contains("#3 = Div(#2, 2)"));
  CHECK_THAT(expression_text("torch.div(x, 2., rounding_mode='floor')"),
             contains("div = Div(x, 2)\ndiv_2 = Floor(div)"));
  CHECK_THAT(expression_refusal("torch.div(x, 2., rounding_mode='trunc')"),
             contains("it rounds towards zero"));
  CHECK_THAT(expression_refusal("torch.remainder(x, 2.)"), contains("it is the remainder of fractions"));
}

TEST_CASE("truth values are combined by logic, for ONNX has no sums of them") {
  const auto of = [](const std::string& function) {
    return expression_text("torch." + function + "(x > 0, x < 1).to(6)");
  };
  CHECK_THAT(of("mul"), contains("mul = And(gt, lt)"));
  CHECK_THAT(of("add"), contains("add = Or(gt, lt)"));
  CHECK_THAT(of("maximum"), contains("maximum = Or(gt, lt)"));
  CHECK_THAT(of("min"), contains("minimum = And(gt, lt)"));
  CHECK_THAT(expression_text("torch.logical_and(x, x > 1).to(6)"), contains("logical_and = Cast(x) to=9"));
  CHECK_THAT(expression_refusal("torch.bitwise_and((x * 9).to(4), 3)"),
             contains("it works on the bits of whole numbers"));
}
