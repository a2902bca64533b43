#include "graph/layer_tensors.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>

#include "base/error.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

using ReaderCounts = std::map<std::string, int>;  ///< by the attribute's path

ReaderCounts count_readers(jit::Graph& graph) {
  ReaderCounts counts;
  for (const auto* node : all_nodes_of(graph.block()))
    for (const auto* value : node->inputs())
      if (const auto path = attribute_path(value)) ++counts[*path];
  return counts;
}

/// The value of an attribute or a constant; undefined for None.
at::Tensor bias_of(const jit::Module& module, const jit::Value* bias) {
  if (const auto path = attribute_path(bias)) return find_attribute(module, *path)->toTensor();
  const auto value = jit::toIValue(bias);
  return value && value->isTensor() ? value->toTensor() : at::Tensor();
}

/// Makes `layer` read a bias that is its own.
at::Tensor give_bias(jit::Module& module, jit::Graph& graph, jit::Node* layer,
                     const std::string& weight_path) {
  auto* bias = argument(layer, "bias");
  const auto weight = find_attribute(module, weight_path)->toTensor();
  const auto old = bias_of(module, bias);
  const auto own = old.defined()
                       ? old.detach().clone()
                       : at::zeros({output_channels(layer, weight)}, weight.options().requires_grad(false));
  const auto path = weight_path + "_bias";
  set_attribute(module, path, own, c10::TensorType::get(), /*is_parameter=*/true);
  const jit::WithInsertPoint here(layer);
  auto* read = emit_attribute(graph, module, path);
  for (size_t i = 0; i < layer->inputs().size(); ++i)
    if (layer->input(i) == bias && i > 0) layer->replaceInput(i, read);
  return find_attribute(module, path)->toTensor();
}

}  // namespace

ModelWithLayers copy_with_layers(const Model& canonical, const std::vector<std::string>& names) {
  const at::NoGradGuard no_grad;
  auto module = copy_of(rebuild(canonical.module(), "Model"));
  const auto graph = module.get_method("forward").graph();
  const auto readers = count_readers(*graph);
  std::map<std::string, LayerTensors> layers;
  for (auto* node : all_nodes_of(graph->block())) {
    if (node->outputs().size() != 1 || !argument(node, "weight") || !argument(node, "bias")) continue;
    const auto name = node->output()->debugName();
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    const auto weight = attribute_path(argument(node, "weight"));
    if (!weight || readers.at(*weight) > 1) continue;
    const auto bias = attribute_path(argument(node, "bias"));
    const bool has_own = bias && readers.at(*bias) == 1;
    layers[name] = {
        find_attribute(module, *weight)->toTensor(),
        has_own ? find_attribute(module, *bias)->toTensor() : give_bias(module, *graph, node, *weight)};
  }
  return {Model(module, canonical.notes()).made_of(canonical), std::move(layers)};
}

std::string multiply_before(Model& model, const std::string& value, const std::vector<std::string>& readers,
                            const at::Tensor& factor) {
  auto module = model.module();
  const auto graph = module.get_method("forward").graph();
  std::vector<jit::Node*> layers;
  for (auto* node : all_nodes_of(graph->block()))
    for (auto* output : node->outputs())
      if (std::find(readers.begin(), readers.end(), output->debugName()) != readers.end())
        layers.push_back(node);
  QTOOL_ASSERT(!layers.empty() && layers[0]->input(0)->debugName() == value);
  const auto path = attribute_path(argument(layers[0], "weight")).value() + "_input_factor";
  set_attribute(module, path, factor, c10::TensorType::get(), /*is_parameter=*/false);
  auto* x = layers[0]->input(0);
  const jit::WithInsertPoint here(layers[0]);
  auto* product = graph->insert(c10::aten::mul, {x, emit_attribute(*graph, module, path)});
  product->setDebugName(value + "/times");
  for (auto* layer : layers) layer->replaceInput(0, product);
  return product->debugName();
}

}  // namespace qtool
