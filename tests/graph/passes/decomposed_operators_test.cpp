#include "graph/passes/decomposed_operators.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

/// The canonical graph of this IR, batch norms not folded. Checks that it computes the same.
std::string rewritten(const std::string& ir, const std::vector<NamedTensor>& attributes,
                      const at::Tensor& input) {
  auto model = from_ir(ir, attributes);
  auto after = canonicalise_unfolded(model);
  CHECK(difference(model, after, {input}) < 1e-6);
  return text_of(after);
}

std::string pool(const std::string& returned) {
  return "graph(%x : Tensor):\n"
         "  %two : int[] = prim::Constant[value=[2, 2]]()\n"
         "  %zero : int[] = prim::Constant[value=[0, 0]]()\n"
         "  %one : int[] = prim::Constant[value=[1, 1]]()\n"
         "  %no : bool = prim::Constant[value=0]()\n"
         "  %y : Tensor, %at : Tensor = aten::max_pool2d_with_indices(%x, %two, %two, %zero, %one, %no)\n"
         "  return (" +
         returned + ")\n";
}

std::string layer_norm(const std::string& returned) {
  return "graph(%x : Tensor, %w : Tensor, %b : Tensor):\n"
         "  %shape : int[] = prim::Constant[value=[6]]()\n"
         "  %eps : float = prim::Constant[value=1e-05]()\n"
         "  %y : Tensor, %mean : Tensor, %std : Tensor = aten::native_layer_norm(%x, %shape, %w, %b, %eps)\n"
         "  return (" +
         returned + ")\n";
}

std::string addmm(const std::string& axes, const std::string& beta) {
  return "graph(%x : Tensor, %w : Tensor, %b : Tensor):\n"
         "  %axes : int[] = prim::Constant[value=" +
         axes +
         "]()\n"
         "  %one : int = prim::Constant[value=1]()\n"
         "  %beta : int = prim::Constant[value=" +
         beta +
         "]()\n"
         "  %t : Tensor = aten::permute(%w, %axes)\n"
         "  %y : Tensor = aten::addmm(%b, %x, %t, %beta, %one)\n"
         "  return (%y)\n";
}

std::string mm(const std::string& transposed) {
  return "graph(%x : Tensor, %w : Tensor):\n  %t : Tensor = " + transposed +
         "\n  %y : Tensor = aten::mm(%x, %t)\n  return (%y)\n";
}

}  // namespace

// LibTorch 1.13 lacks the operator.
#if __has_include(<ATen/ops/_native_batch_norm_legit_no_training.h>)
namespace {

std::string batch_norm(const std::string& returned) {
  return "graph(%x : Tensor, %w : Tensor, %b : Tensor, %m : Tensor, %v : Tensor):\n"
         "  %momentum : float = prim::Constant[value=0.1]()\n"
         "  %eps : float = prim::Constant[value=1e-05]()\n"
         "  %y : Tensor, %mean : Tensor, %std : Tensor = aten::_native_batch_norm_legit_no_training(%x, %w, "
         "%b, "
         "%m, %v, %momentum, %eps)\n"
         "  return (" +
         returned + ")\n";
}

std::vector<NamedTensor> statistics() {
  return {{"norm.weight", numbers({4}, 1)},
          {"norm.bias", numbers({4}, 2)},
          {"norm.mean", numbers({4}, 3)},
          {"norm.var", numbers({4}, 4).abs() + 0.5}};
}

}  // namespace

TEST_CASE("a batch norm of inference is a batch norm, unless its statistics are used") {
  FileCheck()
      .check("aten::batch_norm(")
      ->check_not("_native_batch_norm_legit")
      ->run(rewritten(batch_norm("%y"), statistics(), numbers({2, 4, 3, 3})));
  FileCheck()
      .check("_native_batch_norm_legit_no_training(")
      ->check_not("aten::batch_norm(")
      ->run(text_of(canonicalise_unfolded(from_ir(batch_norm("%y, %mean"), statistics()))));
}
#endif

TEST_CASE("a maximum without its indices is a max_pool") {
  FileCheck()
      .check("aten::max_pool2d(")
      ->check_not("with_indices")
      ->run(rewritten(pool("%y"), {}, numbers({2, 3, 6, 6})));
  FileCheck()
      .check("aten::max_pool2d_with_indices(")
      ->run(rewritten(pool("%y, %at"), {}, numbers({2, 3, 6, 6})));
}

TEST_CASE("a native layer norm is a layer norm, unless its statistics are used") {
  const std::vector<NamedTensor> weights = {{"norm.weight", numbers({6}, 1)}, {"norm.bias", numbers({6}, 2)}};
  FileCheck()
      .check("aten::layer_norm(")
      ->check_not("native")
      ->run(rewritten(layer_norm("%y"), weights, numbers({2, 6})));
  FileCheck()
      .check("aten::native_layer_norm(")
      ->run(rewritten(layer_norm("%y, %std"), weights, numbers({2, 6})));
}

TEST_CASE("addmm of a transposed weight is a linear layer, if nothing is scaled") {
  const std::vector<NamedTensor> weights = {{"fc.weight", numbers({4, 4})}, {"fc.bias", numbers({4}, 2)}};
  FileCheck()
      .check("aten::linear(")
      ->check_not("aten::addmm")
      ->run(rewritten(addmm("[1, 0]", "1"), weights, numbers({2, 4})));
  FileCheck().check("aten::addmm(")->run(rewritten(addmm("[0, 1]", "1"), weights, numbers({2, 4})));
  FileCheck().check("aten::addmm(")->run(rewritten(addmm("[1, 0]", "2"), weights, numbers({2, 4})));
}

TEST_CASE("mm of a transposed weight is a linear layer without a bias") {
  const std::vector<NamedTensor> weight = {{"fc.weight", numbers({4, 4})}};
  FileCheck()
      .check("aten::linear(")
      ->check_not("aten::mm(")
      ->run(rewritten(mm("aten::t(%w)"), weight, numbers({2, 4})));
  FileCheck().check("aten::mm(")->run(rewritten(mm("aten::relu(%w)"), weight, numbers({2, 4})));
}

TEST_CASE("a weight that is not transposed is transposed once, where the file is read") {
  const std::string one = "  %one : int = prim::Constant[value=1]()\n";
  const std::vector<NamedTensor> weights = {{"fc.weight", numbers({4, 6})}, {"fc.bias", numbers({6}, 2)}};
  const auto addmm = "graph(%x : Tensor, %w : Tensor, %b : Tensor):\n" + one +
                     "  %y : Tensor = aten::addmm(%b, %x, %w, %one, %one)\n  return (%y)\n";
  FileCheck()
      .check("aten::linear(")
      ->check_not("aten::t(")
      ->check_not("aten::addmm")
      ->run(rewritten(addmm, weights, numbers({2, 4})));
  const std::vector<NamedTensor> rows = {{"fc.weight", numbers({4, 6})}, {"fc.rows", numbers({2, 6}, 2)}};
  FileCheck().check("aten::addmm(")->run(rewritten(addmm, rows, numbers({2, 4})));
}

TEST_CASE("a copy is dropped, unless what it copies changes later") {
  const auto canonical = [](const std::string& body) {
    ModuleBuilder builder("Net");
    auto model = builder.define("def forward(self, x):\n" + body).build();
    auto after = canonicalise(model);
    CHECK(difference(model, after, {numbers({2, 3})}) == 0);
    return text_of(after);
  };
  FileCheck().check_not("aten::clone")->run(canonical("  return torch.tanh(torch.neg(x).clone())\n"));
  FileCheck()
      .check("aten::clone(")
      ->run(canonical("  y = torch.neg(x)\n  z = y.clone()\n  v = torch.flatten(y, 1)\n  v.add_(1.)\n"
                      "  return torch.tanh(y) + z\n"));
}
