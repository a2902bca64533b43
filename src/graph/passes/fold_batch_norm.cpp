#include "graph/passes/fold_batch_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <optional>
#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "grid/along_axis.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

at::Tensor tensor_argument(const jit::Module& module, const jit::Node* node, const char* name) {
  auto* value = argument(node, name);
  if (!value) return {};
  const auto path = attribute_path(value);
  const auto found = path ? find_attribute(module, *path) : jit::toIValue(value);
  return found && found->isTensor() ? found->toTensor() : at::Tensor();
}

bool is_layer(const jit::Node* node) {
  const auto kind = short_kind(node);
  return kind == "linear" || kind.rfind("conv1d", 0) == 0 || kind.rfind("conv2d", 0) == 0 ||
         kind.rfind("conv3d", 0) == 0 || kind.rfind("conv_transpose", 0) == 0;
}

/// Whether all that goes into the fold is known now, not computed by forward().
bool are_fixed(const jit::Module& module, const jit::Node* layer, const jit::Node* norm) {
  const auto is_fixed = [&](const jit::Node* node, const char* name) {
    return tensor_argument(module, node, name).defined() || argument(node, name)->mustBeNone();
  };
  return tensor_argument(module, layer, "weight").defined() && is_fixed(layer, "bias") &&
         tensor_argument(module, norm, "running_mean").defined() &&
         tensor_argument(module, norm, "running_var").defined() && is_fixed(norm, "weight") &&
         is_fixed(norm, "bias") && constant_argument(norm, "eps").isDouble();
}

void apply(jit::Module& module, const FoldableBatchNorm& candidate) {
  auto [layer, norm, channel_axis, groups] = candidate;
  const BatchNorm values{.gamma = tensor_argument(module, norm, "weight"),
                         .beta = tensor_argument(module, norm, "bias"),
                         .mean = tensor_argument(module, norm, "running_mean"),
                         .var = tensor_argument(module, norm, "running_var"),
                         .eps = constant_argument(norm, "eps").toDouble()};
  const auto weight = tensor_argument(module, layer, "weight");
  const auto folded = fold(weight, tensor_argument(module, layer, "bias"), values, channel_axis, groups);
  const auto name = layer->output()->debugName();
  const jit::WithInsertPoint here(layer);
  for (const auto& [role, tensor] : {std::pair{"weight", folded.weight}, std::pair{"bias", folded.bias}}) {
    const auto path = name + "." + role;
    set_attribute(module, path, tensor.set_requires_grad(weight.requires_grad()), c10::TensorType::get(),
                  /*is_parameter=*/true);
    layer->replaceInput(role == std::string("weight") ? 1 : 2,
                        emit_attribute(*layer->owningGraph(), module, path));
  }
  norm->output()->replaceAllUsesWith(layer->output());
  norm->destroy();
}

}  // namespace

at::Tensor times_channels(const at::Tensor& weight, const at::Tensor& factor, int64_t channel_axis,
                          int64_t groups) {
  if (channel_axis == 0 || groups == 1) return weight * along_axis(factor, channel_axis, weight);
  // [C_in, C / groups, ...] -> [groups, C_in / groups, C / groups, ...]
  auto split = weight.sizes().vec();
  split[0] /= groups;
  split.insert(split.begin(), groups);
  std::vector<int64_t> shape(split.size(), 1);
  shape[0] = groups;
  shape[2] = factor.numel() / groups;
  return (weight.reshape(split) * factor.view(shape)).reshape(weight.sizes());
}

WeightAndBias fold(const at::Tensor& weight, const at::Tensor& bias, const BatchNorm& norm,
                   int64_t channel_axis, int64_t groups) {
  const at::NoGradGuard constants_for_autograd;
  const auto mean = norm.mean.to(at::kDouble), var = norm.var.to(at::kDouble);
  const auto gamma = norm.gamma.defined() ? norm.gamma.to(at::kDouble) : at::ones_like(mean);
  const auto beta = norm.beta.defined() ? norm.beta.to(at::kDouble) : at::zeros_like(mean);
  const auto factor = gamma * at::rsqrt(var + norm.eps);
  const auto old_bias = bias.defined() ? bias.to(at::kDouble) : at::zeros_like(mean);

  const auto w = times_channels(weight.to(at::kDouble), factor, channel_axis, groups);
  return {w.to(weight.scalar_type()), ((old_bias - mean) * factor + beta).to(weight.scalar_type())};
}

/// Batch norm over [N, C, ...]; a linear layer's output has its channels last, which is the same axis only
/// for [N, C].
std::vector<FoldableBatchNorm> foldable_batch_norms(jit::Module& module) {
  std::vector<FoldableBatchNorm> candidates;
  const auto graph = module.get_method("forward").graph();
  for (auto* norm : nodes_of(graph->block())) {
    if (norm->kind() != c10::Symbol::fromQualString("aten::batch_norm")) continue;
    auto* layer = norm->input(0)->node();
    if (!is_layer(layer) || norm->input(0)->uses().size() != 1) continue;
    const auto training = constant_argument(norm, "training");
    if (!training.isBool() || training.toBool() || !are_fixed(module, layer, norm)) continue;
    const auto weight = tensor_argument(module, layer, "weight");
    if (output_channels(layer, weight) != tensor_argument(module, norm, "running_mean").numel()) continue;
    candidates.push_back({layer, norm, /*channel_axis=*/is_transposed(layer) ? 1 : 0, groups_of(layer)});
  }
  return candidates;
}

void fold_batch_norm(jit::Module& module) {
  // Until none is left: one batch norm may follow another.
  for (auto found = foldable_batch_norms(module); !found.empty(); found = foldable_batch_norms(module))
    for (const auto& candidate : found) apply(module, candidate);
  auto graph = module.get_method("forward").graph();
  jit::EliminateDeadCode(graph->block());
}

}  // namespace qtool
