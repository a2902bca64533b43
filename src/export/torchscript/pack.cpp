#include "export/torchscript/pack.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/_make_per_channel_quantized_tensor.h>
#include <ATen/ops/_make_per_tensor_quantized_tensor.h>

#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "graph/ir/nodes.h"
#include "grid/affine.h"

namespace qtool {
namespace {

/// LibTorch's tensor of integers that carries scales; int8 storage whatever the bits.
at::Tensor as_qint8(const at::Tensor& weight, const QParams& qparams) {
  const auto integers = quantize(weight.detach(), qparams).to(at::kChar);
  if (qparams.scheme().granularity() == Granularity::kPerTensor)
    return at::_make_per_tensor_quantized_tensor(integers, qparams.scale(), qparams.zero_point());
  return at::_make_per_channel_quantized_tensor(integers, qparams.scales(), qparams.zero_points(),
                                                qparams.scheme().axis());
}

}  // namespace

c10::IValue pack_weight(const torch::jit::Node* node, const at::Tensor& weight, const at::Tensor& bias,
                        const QParams& qparams) {
  const auto kind = short_kind(node);
  torch::jit::Stack stack{as_qint8(weight, qparams),
                          bias.defined() ? c10::IValue(bias.detach()) : c10::IValue()};
  if (kind != "linear") {
    stack.push_back(constant_argument(node, "stride"));
    stack.push_back(constant_argument(node, "padding"));
    if (kind.rfind("conv_transpose", 0) == 0) stack.push_back(constant_argument(node, "output_padding"));
    stack.push_back(constant_argument(node, "dilation"));
    stack.push_back(constant_argument(node, "groups"));
  }
  try {
    c10::Dispatcher::singleton()
        .findSchemaOrThrow(("quantized::" + kind + "_prepack").c_str(), "")
        .callBoxed(stack);
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    throw Error(ErrorKind::kUnquantizable,
                {.what = "the int8 kernel refuses this operator",
                 .where = node->output()->debugName(),
                 .got = first_sentence(error.what()),
                 .expected = "arguments that the engine in use takes",
                 .fix = "leave it in float with --skip " + node->output()->debugName() +
                        ", or choose another --engine"});
  }
  return stack.at(0);
}

}  // namespace qtool
