#include "graph/passes/lists_of_tensors.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

/// The canonical graph of forward(x) with this body. Checks that it computes the same, and is canonical.
std::string canonical(const std::string& body, at::IntArrayRef shape) {
  ModuleBuilder builder("Net");
  auto model = builder.define("def forward(self, x):\n  " + body + "\n").build();
  auto after = canonicalise(model);
  CHECK(difference(model, after, {numbers(shape) * 8}) == 0);
  CHECK(text_of(canonicalise(after)) == text_of(after));
  return text_of(after);
}

}  // namespace

TEST_CASE("chunks become slices, of a length that is computed where the tensor's is not known") {
  const auto text = canonical("a, b = torch.chunk(x, 2, 1)\n  return a * 2 + b", {2, 6, 3});
  FileCheck()
      .check("aten::size(")
      ->check("aten::floordiv(")
      ->check_count("aten::slice(", 2)
      ->check_not("aten::chunk")
      ->check_not("prim::ListUnpack")
      ->run(text);
  (void)canonical("a, b, c = torch.chunk(x, 3, -1)\n  return a + c * 2", {2, 6, 7, 6});
}

TEST_CASE("pieces of a length become slices between numbers, the last one as long as it is") {
  const auto text = canonical("a, b, c = torch.split(x, 3, 1)\n  return a + b, c", {2, 8, 3});
  FileCheck().check_not("aten::mul")->check_count("aten::slice(", 3)->check_not("aten::split")->run(text);
  FileCheck()
      .check_count("aten::slice(", 2)
      ->check_not("aten::split")
      ->run(canonical("a, b = torch.split_with_sizes(x, [5, 3], 1)\n  return a, b", {2, 8, 3}));
}

TEST_CASE("a list that is read otherwise stays") {
  FileCheck().check("aten::chunk(")->run(canonical("return torch.cat(torch.chunk(x, 2, 1), 0)", {2, 6, 3}));
}

TEST_CASE("a list that grows where an if says so is not taken for what it was") {
  FileCheck()
      .check("aten::stack(")
      ->run(canonical("l = [x]\n  if bool(x.sum() > -1000):\n    l.append(x * 2)\n  return torch.stack(l, 1)",
                      {3, 4}));
}

TEST_CASE("unbind selects, stack joins what was unsqueezed, narrow is a slice") {
  FileCheck()
      .check_count("aten::select(", 2)
      ->check_not("aten::unbind")
      ->run(canonical("a, b = torch.unbind(x, 1)\n  return a - b", {3, 2, 4}));
  FileCheck()
      .check_count("aten::unsqueeze(", 2)
      ->check("aten::cat(")
      ->check_not("aten::stack")
      ->run(canonical("return torch.stack([x, x * 2], -1)", {3, 2, 4}));
  FileCheck()
      .check("aten::slice(")
      ->check_not("aten::narrow")
      ->run(canonical("return torch.narrow(x, 1, 1, 2)", {3, 4}));
}
