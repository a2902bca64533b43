#include "export/torchscript/pack.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/_make_per_channel_quantized_tensor.h>
#include <ATen/ops/_make_per_tensor_quantized_tensor.h>

#include <utility>
#include <vector>

#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "export/lowering/packed_bits.h"
#include "graph/ir/nodes.h"
#include "grid/affine.h"

namespace qtool {
namespace {

/// LibTorch's tensor of integers that carries scales; int8 storage whatever the bits.
at::Tensor as_qint8(const at::Tensor& integers, const QParams& qparams) {
  if (qparams.scheme().granularity() == Granularity::kPerTensor)
    return at::_make_per_tensor_quantized_tensor(integers, qparams.scale(), qparams.zero_point());
  return at::_make_per_channel_quantized_tensor(integers, qparams.scales(), qparams.zero_points(),
                                                qparams.scheme().axis());
}

/// What the kernel's prepack takes besides weight and bias.
std::vector<c10::IValue> settings_of(const torch::jit::Node* node) {
  const auto kind = short_kind(node);
  if (kind == "linear") return {};
  std::vector<c10::IValue> settings = {constant_argument(node, "stride"), constant_argument(node, "padding")};
  if (kind.starts_with("conv_transpose")) settings.push_back(constant_argument(node, "output_padding"));
  settings.push_back(constant_argument(node, "dilation"));
  settings.push_back(constant_argument(node, "groups"));
  return settings;
}

std::string prepack_of(const torch::jit::Node* node) { return "quantized::" + short_kind(node) + "_prepack"; }

/// Emits what as_qint8() does to integers, with scales in float32.
torch::jit::Value* emit_qint8(torch::jit::Graph& graph, torch::jit::Value* integers,
                              torch::jit::Value* scales, const QParams& qparams) {
  const auto insert = [&](const char* kind, at::ArrayRef<torch::jit::NamedValue> inputs) {
    return graph.insert(c10::Symbol::fromQualString(kind), inputs);
  };
  if (qparams.scheme().granularity() == Granularity::kPerTensor)
    return insert("aten::_make_per_tensor_quantized_tensor",
                  {integers, qparams.scale(), qparams.zero_point()});
  scales = insert("aten::to", {scales, at::kDouble});
  auto* zero_points = graph.insert(c10::aten::zeros_like, {scales}, {{"dtype", at::kLong}});
  return insert("aten::_make_per_channel_quantized_tensor",
                {integers, scales, zero_points, qparams.scheme().axis()});
}

c10::IValue pack_integers(const torch::jit::Node* node, const at::Tensor& integers, const at::Tensor& bias,
                          const QParams& qparams) {
  torch::jit::Stack stack{as_qint8(integers.to(at::kChar), qparams),
                          bias.defined() ? c10::IValue(bias.detach()) : c10::IValue()};
  for (auto& setting : settings_of(node)) stack.push_back(std::move(setting));
  try {
    c10::Dispatcher::singleton().findSchemaOrThrow(prepack_of(node).c_str(), "").callBoxed(stack);
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

}  // namespace

c10::IValue pack_weight(const torch::jit::Node* node, const at::Tensor& weight, const at::Tensor& bias,
                        const QParams& qparams) {
  return pack_integers(node, quantize(weight.detach(), qparams), bias, qparams);
}

StoredState stored_packed_weight(const std::string& path, const torch::jit::Node* node,
                                 const at::Tensor& weight, const at::Tensor& bias, const QParams& qparams) {
  const auto integers = quantize(weight.detach(), qparams);
  std::vector<StoredState::Part> parts = {{"weight", pack_bits(integers, qparams.scheme())},
                                          {"weight_scale", qparams.scales().to(at::kFloat)}};
  if (bias.defined()) parts.push_back({"bias", bias.detach()});
  const auto make = [prepack = prepack_of(node), settings = settings_of(node), sizes = weight.sizes().vec(),
                     qparams](torch::jit::Graph& graph, const std::vector<torch::jit::Value*>& values) {
    auto* unpacked = emit_unpacking(graph, values[0], qparams.scheme(), sizes);
    std::vector<torch::jit::NamedValue> inputs = {emit_qint8(graph, unpacked, values[1], qparams)};
    inputs.push_back(values.size() > 2 ? torch::jit::NamedValue(values[2]) : c10::IValue());
    inputs.insert(inputs.end(), settings.begin(), settings.end());
    return graph.insert(c10::Symbol::fromQualString(prepack), inputs);
  };
  return {path, std::move(parts), "packed_weight", pack_integers(node, integers, bias, qparams), make};
}

}  // namespace qtool
