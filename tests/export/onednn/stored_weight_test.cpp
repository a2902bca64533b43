#include "export/onednn/stored_weight.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "export/lowering/stored_module.h"
#include "export/weight_scales.h"
#include "graph/parsed_ir.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

const QParams kInput(QuantScheme::activation(8, Symmetry::kAffine), 0.5, 3);

std::string layer(const std::string& call) {
  return R"(graph(%x : Tensor, %w : Tensor):
  %none : None = prim::Constant()
  %one : int = prim::Constant[value=1]()
  %pair : int[] = prim::Constant[value=[1, 1]]()
  %y : Tensor = )" +
         call + "\n  return (%y)";
}

}  // namespace

TEST_CASE("of a linear layer the file holds bits, scales and bias, and packs the bits when it is loaded") {
  const auto graph = parsed(layer("aten::linear(%x, %w, %none)"));
  const auto weight = at::tensor({0.5F, -0.25F, 1.0F, 0.0F}).view({2, 2}), bias = at::tensor({1.0F, 2.0F});
  const StoredWeight stored(graph->outputs()[0]->node(), weight, bias, weight_scales({0.25, 0.5}), kInput,
                            {});
  CHECK(StoredWeight::path("fc", "packed") == "fc.int8.packed");
  auto module = loaded(stored.state("fc"), {"fc.int8.weight_scale", "fc.int8.bias", "fc.int8.packed"});
  CHECK(at::equal(output(module, 0), at::tensor({0.25F, 0.5F})));
  CHECK(at::equal(output(module, 1), bias));
  CHECK(output(module, 2).is_mkldnn());
  const auto held = module.attr("fc").toModule().attr("int8").toModule().attr("weight").toTensor();
  // 2 and -1, 2 and 0, counted from -8 in four bits, the first in the lowest; zeros up to eight integers.
  CHECK(at::equal(held, at::tensor({0x7a, 0x8a, 0, 0}).to(at::kByte)));
}

TEST_CASE("a convolution without a bias has none in the file") {
  const auto graph = parsed(layer("aten::conv2d(%x, %w, %none, %pair, %pair, %pair, %one)"));
  const auto weight = at::tensor({0.5F, -0.25F}).view({2, 1, 1, 1});
  const StoredWeight stored(graph->outputs()[0]->node(), weight, {}, weight_scales({0.25, 0.5}), kInput,
                            {1, 1, 4, 4});
  auto module = loaded(stored.state("conv"), {"conv.int8.packed"});
  CHECK(output(module, 0).is_mkldnn());
  CHECK_FALSE(module.attr("conv").toModule().attr("int8").toModule().hasattr("bias"));
}
