#include "export/torchscript/qint8.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include "base/error.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// What is emitted does, given scales in float32.
at::Tensor emitted(const at::Tensor& integers, const QParams& qparams) {
  auto graph = std::make_shared<torch::jit::Graph>();
  auto *x = graph->addInput(), *scales = graph->addInput();
  graph->registerOutput(emit_qint8(*graph, x, scales, qparams));
  torch::jit::Stack stack{integers, qparams.scales().to(at::kFloat)};
  torch::jit::InterpreterState(torch::jit::Code(graph, "quantized")).run(stack);
  return stack.at(0).toTensor();
}

const at::Tensor& integers() {
  static const auto values = at::tensor({1, -2, 3, -4}).to(at::kChar).view({2, 2});
  return values;
}

}  // namespace

TEST_CASE("integers carry one scale, or one for each channel along its axis") {
  const QParams one(QuantScheme::weight(8, Granularity::kPerTensor, 0), 0.5, 0);
  const QParams each(QuantScheme::weight(8, Granularity::kPerChannel, 1), at::tensor({0.5, 2.0}),
                     at::zeros({2}, at::kLong));
  for (const auto& tensor : {as_qint8(integers(), one), emitted(integers(), one)})
    CHECK(at::equal(tensor.dequantize(), at::tensor({0.5F, -1.0F, 1.5F, -2.0F}).view({2, 2})));
  for (const auto& tensor : {as_qint8(integers(), each), emitted(integers(), each)}) {
    CHECK(at::equal(tensor.dequantize(), at::tensor({0.5F, -4.0F, 1.5F, -8.0F}).view({2, 2})));
    CHECK(tensor.q_per_channel_axis() == 1);
  }
}

TEST_CASE("a kernel that refuses its arguments is told with the operator") {
  CHECK_THROWS_WITH(
      prepacked("quantized::linear_prepack", {at::ones({2, 2}), c10::IValue()}, "fc"),
      contains("the int8 kernel refuses this operator") && contains("where:    fc") && contains("--skip fc"));
}
