#include "qat/batch_norm_in_fold.h"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "graph/passes/fold_batch_norm.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

jit::Value* insert(jit::Graph& graph, const char* kind, at::ArrayRef<jit::NamedValue> inputs) {
  return graph.insert(c10::Symbol::fromQualString(kind), inputs);
}

/// Gamma or beta, where batch norm was made without them: as `like` says.
jit::Value* affine_argument(jit::Graph& graph, jit::Node* norm, const char* name, const at::Tensor& absent) {
  auto* value = argument(norm, name);
  return value->mustBeNone() ? graph.insertConstant(absent) : value;
}

jit::Value* put_into_fold(jit::Module& module, jit::Graph& graph, const FoldableBatchNorm& found,
                          const std::string& frozen) {
  auto [layer, norm, axis, groups] = found;
  auto *mean = argument(norm, "running_mean"), *var = argument(norm, "running_var");
  const auto like = find_attribute(module, *attribute_path(var))->toTensor();
  // Attributes are read right before their readers; the layer stands before the norm.
  const auto here = [&](jit::Value* attribute) {
    return emit_attribute(graph, module, *attribute_path(attribute));
  };
  jit::Value *gamma = nullptr, *var_here = nullptr;
  {
    const jit::WithInsertPoint before(layer);
    gamma = affine_argument(graph, norm, "weight", at::ones_like(like));
    if (attribute_path(gamma)) gamma = here(gamma);
    var_here = here(var);
    const auto eps = constant_argument(norm, "eps");
    auto* factor = insert(graph, "qtool::batch_norm_factor", {gamma, var_here, eps});
    auto *weight = argument(layer, "weight"), *bias = argument(layer, "bias");
    layer->replaceInputWith(weight, insert(graph, "qtool::times_channels", {weight, factor, axis, groups}));
    if (!bias->mustBeNone())
      layer->replaceInputWith(bias, insert(graph, "qtool::times_channels", {bias, factor, 0, 1}));
  }
  const jit::WithInsertPoint before(norm);
  auto* beta = affine_argument(graph, norm, "bias", at::zeros_like(like));
  auto* y = insert(graph, "qtool::batch_norm_in_fold",
                   {layer->output(), gamma, beta, mean, var, emit_attribute(graph, module, frozen),
                    constant_argument(norm, "eps")});
  norm->output()->replaceAllUsesWith(y);
  norm->destroy();
  return y;
}

}  // namespace

std::map<std::string, jit::Value*> put_batch_norms_into_folds(jit::Module& module, jit::Graph& graph,
                                                              const std::string& frozen) {
  std::map<std::string, jit::Value*> outputs;
  for (const auto& found : foldable_batch_norms(module))
    outputs[found.layer->output()->debugName()] = put_into_fold(module, graph, found, frozen);
  return outputs;
}

}  // namespace qtool
