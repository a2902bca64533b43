#include "graph/passes/compute_in_float32.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "base/error.h"
#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

const std::string kCast = "%none : NoneType = prim::Constant()\n  %no : bool = prim::Constant[value=0]()\n";

/// What becomes of forward(x) with a weight [4, 4] of this type; `body` is IR.
Model in_float(const std::string& body, at::ScalarType weight) {
  auto model =
      from_ir("graph(%x : Tensor, %w : Tensor):\n  " + kCast + body, {{"w", numbers({4, 4}).to(weight)}});
  compute_in_float32(model.module());
  lint(model);
  return model;
}

std::string cast(const char* to, const char* from, int type) {
  return "  %t" + std::string(to) + " : int = prim::Constant[value=" + std::to_string(type) + "]()\n  %" +
         to + " : Tensor = aten::to(%" + from + ", %t" + to + ", %no, %no, %none)\n";
}

const std::string kLinear = "  %y : Tensor = aten::linear(%x, %w, %none)\n";

bool is_other(const std::string& body, at::ScalarType weight) {
  return computes_in_other_floats(
      from_ir("graph(%x : Tensor, %w : Tensor):\n  " + kCast + body, {{"w", numbers({4, 4}).to(weight)}}));
}

}  // namespace

TEST_CASE("tensors become float32, whatever they were") {
  for (const auto type : {at::kHalf, at::kBFloat16, at::kDouble}) {
    auto model = in_float(kLinear + "  return (%y)", type);
    REQUIRE(model.parameters().size() == 1);
    CHECK(model.parameters()[0].tensor.scalar_type() == at::kFloat);
    CHECK(model.forward({numbers({2, 4})})[0].scalar_type() == at::kFloat);
  }
}

TEST_CASE("casts between operators go, where they are of floats; those of inputs and to whole numbers stay") {
  const auto layers =
      in_float(kLinear + cast("a", "y", 6) + "  %s : Tensor = aten::tanh(%a)\n" + cast("b", "s", 5) +
                   "  %z : Tensor = aten::linear(%b, %w, %none)\n  return (%z)",
               at::kHalf);
  FileCheck()
      .check("aten::linear")
      ->check("aten::tanh")
      ->check("aten::linear")
      ->check_not("aten::to")
      ->run(text_of(layers));
  const auto input = in_float(
      cast("a", "x", 15) + "  %z : Tensor = aten::linear(%a, %w, %none)\n  return (%z)", at::kBFloat16);
  FileCheck().check("value=6")->check("aten::to(%x")->check("aten::linear")->run(text_of(input));
  const auto whole = in_float(kLinear + cast("a", "y", 4) + cast("b", "a", 7) + "  return (%b)", at::kDouble);
  FileCheck().check("value=4")->check("aten::to(")->check("value=6")->check("aten::to(")->run(text_of(whole));
}

TEST_CASE("what is compared is no float, so that its cast stays") {
  const auto model = in_float(
      kLinear + "  %m : Tensor = aten::eq(%y, %y)\n" + cast("b", "m", 5) + "  return (%b)", at::kHalf);
  FileCheck().check("aten::eq")->check("aten::to(")->run(text_of(model));
}

TEST_CASE("dtype arguments of whatever makes a tensor name float32") {
  auto model = in_float(kLinear +
                            "  %t : int = prim::Constant[value=7]()\n  %d : int = prim::Constant[value=1]()\n"
                            "  %s : Tensor = aten::softmax(%y, %d, %t)\n  return (%s)",
                        at::kDouble);
  CHECK(model.forward({numbers({2, 4})})[0].scalar_type() == at::kFloat);
}

TEST_CASE("numbers that float32 does not hold become its ends, infinity stays") {
  const auto model = in_float(kLinear +
                                  "  %low : float = prim::Constant[value=-1.7e308]()\n"
                                  "  %z : Tensor = aten::clamp_min(%y, %low)\n  return (%z)",
                              at::kDouble);
  FileCheck().check("value=-3.40282")->check("aten::clamp_min")->run(text_of(model));
  ModuleBuilder net("Net");
  net.buffer("mask", at::full({2}, -1.7e308, at::kDouble));
  net.define("def forward(self, x):\n  return x + self.mask");
  auto masked = in_float32(net.build());
  CHECK(masked.buffers()[0].tensor.isfinite().all().item<bool>());
  CHECK(masked.buffers()[0].tensor.scalar_type() == at::kFloat);
}

TEST_CASE("a weight that float32 does not hold is refused by name") {
  const auto huge =
      from_ir("graph(%x : Tensor, %w : Tensor):\n  %y : Tensor = aten::mul(%x, %w)\n  return (%y)",
              {{"w", at::full({4}, 1e39, at::kDouble)}});
  CHECK_THROWS_WITH(in_float32(huge), Catch::Contains("larger than float32 holds") && Catch::Contains("w"));
}

TEST_CASE("a float32 model is none of another type, whatever its numbers are") {
  CHECK_FALSE(is_other(kLinear + cast("a", "y", 7) + "  return (%a)", at::kFloat));
  CHECK(is_other(kLinear + cast("a", "y", 5) + "  return (%a)", at::kFloat));
  CHECK(is_other(kLinear + "  return (%y)", at::kDouble));
  ModuleBuilder net("Net");
  net.buffer("scale", at::full({}, 0.5, at::kDouble)).buffer("unread", at::ones({4}, at::kDouble));
  net.define("def forward(self, x):\n  return x * self.scale");
  CHECK_FALSE(computes_in_other_floats(net.build()));
}

TEST_CASE("the canonical form computes in float32, in one piece") {
  auto net = layer("Net", numbers({4, 3, 3, 3}).to(at::kHalf), kScriptedConv);
  net.parameter("bias", numbers({4}, 5).to(at::kHalf));
  auto canonical = canonicalise(net.build());
  CHECK(canonical.forward({numbers({1, 3, 6, 6})})[0].scalar_type() == at::kFloat);
  FileCheck().check("aten::conv2d")->check_not("aten::to")->run(text_of(canonical));
}
