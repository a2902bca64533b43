#include "graph/passes/merge_padding.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/equal.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

/// A convolution of 4 channels, each for itself, behind a padding.
std::string padded(const std::string& places, const std::string& stride = "[1, 1]",
                   const std::string& padding = "[0, 0]", const std::string& dilation = "[1, 1]",
                   const std::string& value = "0.") {
  return R"IR(graph(%x : Tensor, %w : Tensor):
  %none : NoneType = prim::Constant()
  %groups : int = prim::Constant[value=4]()
  %places : int[] = prim::Constant[value=)IR" +
         places + R"IR(]()
  %value : float = prim::Constant[value=)IR" +
         value + R"IR(]()
  %stride : int[] = prim::Constant[value=)IR" +
         stride + R"IR(]()
  %padding : int[] = prim::Constant[value=)IR" +
         padding + R"IR(]()
  %dilation : int[] = prim::Constant[value=)IR" +
         dilation + R"IR(]()
  %y : Tensor = aten::constant_pad_nd(%x, %places, %value)
  %z : Tensor = aten::conv2d(%y, %w, %none, %stride, %padding, %dilation, %groups)
  return (%z))IR";
}

using Pass = void (*)(torch::jit::Module&);

void merge_all(torch::jit::Module& module) {
  merge_uneven_padding(module, [](const torch::jit::Node*) { return true; });
}

/// The graph after the pass, which must compute the same.
std::string merged(const std::string& ir, Pass pass, const at::Tensor& weight = numbers({4, 1, 3, 3}),
                   at::IntArrayRef shape = {2, 4, 9, 8}) {
  auto before = from_ir(ir, {{"w", weight}}), after = from_ir(ir, {{"w", weight}});
  pass(after.module());
  lint(after);
  CHECK(difference(before, after, {numbers(shape)}) < 1e-5);
  return text_of(after);
}

}  // namespace

TEST_CASE("even padding becomes the convolution's, on top of its own") {
  FileCheck()
      .check_not("constant_pad_nd")
      ->check("int[] = prim::Constant[value=[5, 1]]()")
      ->check("aten::conv2d(%x, ")
      ->run(merged(padded("[1, 1, 2, 2]", "[2, 1]", "[3, 0]"), merge_padding));
  FileCheck().check_not("constant_pad_nd")->run(merged(padded("[1, 1]"), merge_padding));
}

TEST_CASE("stride and dilation stay, also where padding was the same constant") {
  const std::string ir = R"IR(graph(%x : Tensor, %w : Tensor):
  %none : NoneType = prim::Constant()
  %groups : int = prim::Constant[value=4]()
  %places : int[] = prim::Constant[value=[1, 2, 2, 1]]()
  %value : float = prim::Constant[value=0.]()
  %ones : int[] = prim::Constant[value=[1, 1]]()
  %y : Tensor = aten::constant_pad_nd(%x, %places, %value)
  %z : Tensor = aten::conv2d(%y, %w, %none, %ones, %ones, %ones, %groups)
  return (%z))IR";
  FileCheck().check("aten::conv2d(%x, ")->run(merged(ir, merge_all));
  auto even = ir;
  even.replace(even.find("[1, 2, 2, 1]"), 12, "[1, 1, 1, 1]");
  FileCheck().check_not("constant_pad_nd")->run(merged(even, merge_padding));
}

TEST_CASE("padding that is uneven, of another value or takes away stays a node of its own") {
  for (const auto& ir : {padded("[0, 1]"), padded("[1, 1]", "[1, 1]", "[0, 0]", "[1, 1]", "0.5"),
                         padded("[-1, -1]"), padded("[0, 0, 0, 0, 1, 1]")}) {
    auto model = from_ir(ir, {{"w", numbers({4, 1, 3, 3})}});
    merge_padding(model.module());
    FileCheck().check("constant_pad_nd")->run(text_of(model));
  }
}

TEST_CASE("uneven padding is made even by zeros in the kernel, in front or behind") {
  for (const auto* places : {"[0, 1, 0, 1]", "[1, 0, 0, 1]", "[2, 5, 1, 0]", "[0, 0, 0, 2]", "[1, 1, 1, 1]"})
    for (const auto* stride : {"[1, 1]", "[2, 3]"}) {
      INFO(places << stride);
      const auto text = merged(padded(places, stride, "[1, 0]"), merge_all);
      FileCheck().check("aten::conv2d(%x, ")->run(text);
    }
  auto model = from_ir(padded("[0, 1, 0, 1]", "[2, 2]"), {{"w", numbers({4, 1, 3, 3})}});
  merge_all(model.module());
  const auto added = model.buffers();
  REQUIRE(added.size() == 1);
  CHECK(at::equal(added[0].tensor, at::constant_pad_nd(numbers({4, 1, 3, 3}), {1, 0, 1, 0})));
}

TEST_CASE("zeros stand in the steps of a dilated kernel, or padding stays") {
  const auto dilated = [](const char* places) { return padded(places, "[1, 1]", "[0, 0]", "[2, 2]"); };
  FileCheck().check("aten::conv2d(%x, ")->run(merged(dilated("[0, 2, 4, 0]"), merge_all));
  FileCheck()
      .check("constant_pad_nd(%x, ")
      ->check_not("conv2d(%x, ")
      ->run(merged(dilated("[0, 1]"), merge_all));
}

TEST_CASE("a kernel does not grow where that costs more than the padding, or where it may not") {
  auto ir = padded("[0, 1, 0, 1]");
  ir.replace(ir.find("value=4"), 7, "value=1");
  FileCheck().check("aten::conv2d(%x, ")->run(merged(ir, merge_all, numbers({8, 4, 3, 3})));
  FileCheck()
      .check("constant_pad_nd(%x, ")
      ->check_not("conv2d(%x, ")
      ->run(merged(ir, merge_all, numbers({16, 4, 3, 3})));
  const auto none = [](torch::jit::Module& module) {
    merge_uneven_padding(module, [](const torch::jit::Node*) { return false; });
  };
  FileCheck().check("constant_pad_nd(%x, ")->check_not("conv2d(%x, ")->run(merged(padded("[0, 1]"), none));
}

TEST_CASE("each convolution takes the padding that several read, and others still read it") {
  const std::string ir = R"IR(graph(%x : Tensor, %w : Tensor):
  %none : NoneType = prim::Constant()
  %one : int = prim::Constant[value=1]()
  %zero : int = prim::Constant[value=0]()
  %places : int[] = prim::Constant[value=[1, 1]]()
  %steps : int[] = prim::Constant[value=[1]]()
  %none_more : int[] = prim::Constant[value=[0]]()
  %y : Tensor = aten::constant_pad_nd(%x, %places, %zero)
  %a : Tensor = aten::conv1d(%y, %w, %none, %steps, %none_more, %steps, %one)
  %b : Tensor = aten::relu(%y)
  return (%a, %b))IR";
  FileCheck()
      .check("constant_pad_nd(%x, ")
      ->check("aten::conv1d(%x, ")
      ->check("aten::relu(")
      ->run(merged(ir, merge_padding, numbers({2, 2, 3}), {2, 2, 5}));
}

TEST_CASE("the normal form has even padding in its convolutions") {
  FileCheck()
      .check_not("constant_pad_nd")
      ->check("aten::conv2d(%x, ")
      ->run(text_of(canonicalise(from_ir(padded("[1, 1, 1, 1]"), {{"w", numbers({4, 1, 3, 3})}}))));
}
