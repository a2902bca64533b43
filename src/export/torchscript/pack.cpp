#include "export/torchscript/pack.h"

#include <utility>
#include <vector>

#include "export/lowering/packed_bits.h"
#include "export/torchscript/qint8.h"
#include "graph/ir/nodes.h"
#include "grid/affine.h"

namespace qtool {
namespace {

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

c10::IValue pack_integers(const torch::jit::Node* node, const at::Tensor& integers, const at::Tensor& bias,
                          const QParams& qparams) {
  torch::jit::Stack stack{as_qint8(integers.to(at::kChar), qparams),
                          bias.defined() ? c10::IValue(bias.detach()) : c10::IValue()};
  for (auto& setting : settings_of(node)) stack.push_back(std::move(setting));
  return prepacked(prepack_of(node), std::move(stack), node->output()->debugName());
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
