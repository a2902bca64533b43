#include "graph/passes/site_names.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <map>
#include <set>

#include "graph/ir/attributes.h"
#include "graph/ir/module_place.h"
#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"
#include "graph/ir/state.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

bool has_weight(const jit::Node* node) {
  const auto kind = short_kind(node);
  return node->kind().is_aten() && (kind == "linear" || kind.rfind("conv", 0) == 0);
}

bool makes_one_tensor(const jit::Node* node) {
  return node->kind().is_aten() && node->outputs().size() == 1 && is_tensor(node->output());
}

/// LibTorch refuses a value name that is empty or a number, as is the path of a layer at the top of a
/// Sequential.
bool is_number(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

/// Operators in the leaf module at each path, so that a module with one operator can lend it its name.
std::map<std::string, int> count_operators(const std::vector<jit::Node*>& nodes) {
  std::map<std::string, int> counts;
  for (const auto* node : nodes)
    if (makes_one_tensor(node)) ++counts[place_of(node).path];
  return counts;
}

std::string base_name(const jit::Node* node, const std::map<std::string, int>& counts) {
  if (const auto path = state_path(node->output(0)); path && !is_number(*path)) return *path;
  const auto place = place_of(node);
  std::string path;
  if (has_weight(node)) {
    const auto weight = attribute_path(argument(node, "weight"));
    if (weight && weight->ends_with(".weight")) path = weight->substr(0, weight->size() - 7);
  }
  const bool lends_its_name = place.is_leaf && makes_one_tensor(node) && counts.at(place.path) == 1;
  if (path.empty() && lends_its_name) path = place.path;
  if (!is_number(path)) return path;
  if (path.empty()) path = place.path;
  return (path.empty() ? "" : path + "/") + short_kind(node);
}

/// The first of `base`, `base#2`, `base#3`... that no other operator has, and whose weight is no other's.
std::string unique_name(const jit::Module& module, const jit::Node* node, const std::string& base,
                        std::set<std::string>& taken) {
  for (int number = 1;; ++number) {
    auto name = number == 1 ? base : base + "#" + std::to_string(number);
    const auto weight = name + ".weight";
    const bool is_anothers = has_weight(node) && attribute_path(argument(node, "weight")) != weight &&
                             find_attribute(module, weight).has_value();
    if (!is_anothers && taken.insert(name).second) return name;
  }
}

/// Moves the tensor to `<operator>.<role>`, unless it is there already.
void own_tensor(jit::Module& module, jit::Node* node, const std::string& operator_name,
                const std::string& role) {
  auto* value = argument(node, role);
  if (!value) return;
  const auto path = attribute_path(value);
  const auto wanted = operator_name + "." + role;
  if (path == wanted) return;
  const auto found = path ? find_attribute(module, *path) : jit::toIValue(value);
  if (!found || !found->isTensor()) return;
  const auto& tensor = found->toTensor();
  set_attribute(module, wanted, tensor.detach().clone().set_requires_grad(tensor.requires_grad()),
                c10::TensorType::get(), /*is_parameter=*/!role.starts_with("running_"));
  const jit::WithInsertPoint here(node);
  node->replaceInputWith(value, emit_attribute(*node->owningGraph(), module, wanted));
}

/// A frozen model's parameters of an LSTM, each a constant or all of them one. `owned`: where tensors are that others
/// have moved, as the steps of a cell do, which read the same.
void own_parameters(jit::Module& module, jit::Node* recurrent, const std::string& name,
                    std::map<const void*, std::string>& owned) {
  auto* params = argument(recurrent, "params");
  const jit::WithInsertPoint here(recurrent);
  auto& graph = *recurrent->owningGraph();
  const auto constants = params ? jit::toIValue(params) : decltype(jit::toIValue(params))();
  if (constants && constants->isTensorList()) {
    std::vector<jit::Value*> values;
    for (const at::Tensor& tensor : constants->toTensorList()) values.push_back(graph.insertConstant(tensor));
    auto* list = graph.insertNode(graph.createList(c10::TensorType::get(), values));
    recurrent->replaceInputWith(params, list->output());
  }
  const auto parameters = own_parameters_of(recurrent);
  if (!parameters) return;
  const jit::WithInsertPoint before(parameters->reader);
  for (size_t i = 0; i < parameters->count; ++i) {
    const auto constant = jit::toIValue(parameters->value(i));
    if (!constant || !constant->isTensor()) continue;
    auto& path = owned[constant->toTensor().data_ptr()];
    if (path.empty()) {
      path = name + "." + parameter_name(recurrent, i);
      set_attribute(module, path, constant->toTensor().detach().clone(), c10::TensorType::get(),
                    /*is_parameter=*/true);
    }
    parameters->replace(i, emit_attribute(graph, module, path));
  }
}

/// What training changes of a frozen batch norm.
void own_constants(jit::Module& module, jit::Node* norm, const std::string& name) {
  for (const char* role : {"weight", "bias", "running_mean", "running_var"}) {
    const auto* value = argument(norm, role);
    const bool is_constant = value != nullptr && jit::toIValue(value).value_or(c10::IValue()).isTensor();
    if (is_constant) own_tensor(module, norm, name, role);
  }
}

/// One tensor gets the name itself; several (the halves of a chunk, what an if gives) get `name.0`, `name.1`.
/// Every tensor has a name, since numbers, which the others have, change when the graph is copied.
void name_outputs(jit::Node* node, const std::string& name) {
  for (size_t i = 0; i < node->outputs().size(); ++i)
    if (is_tensor(node->output(i)))
      node->output(i)->setDebugName(node->outputs().size() == 1 ? name : name + "." + std::to_string(i));
}

}  // namespace

void name_sites(jit::Module& module) {
  auto graph = module.get_method("forward").graph();
  const auto nodes = all_nodes_of(graph->block());
  const auto counts = count_operators(nodes);
  std::set<std::string> taken;
  std::map<const void*, std::string> owned;
  for (auto* node : nodes) {
    const bool is_read = node->kind() == c10::prim::GetAttr || node->kind() == c10::prim::Constant;
    if (is_read || std::none_of(node->outputs().begin(), node->outputs().end(), is_tensor)) continue;
    const auto name = unique_name(module, node, base_name(node, counts), taken);
    if (has_weight(node)) {
      own_tensor(module, node, name, "weight");
      own_tensor(module, node, name, "bias");
    }
    if (node->kind() == c10::aten::batch_norm) own_constants(module, node, name);
    if (is_recurrent(node)) own_parameters(module, node, name, owned);
    name_outputs(node, name);
  }
  jit::EliminateDeadCode(graph->block());
}

}  // namespace qtool
