#include "graph/site_names.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <map>

#include "graph/attributes.h"
#include "graph/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

struct Place {
  std::string path;      ///< module path, empty at the top
  bool is_leaf = false;  ///< the module has no submodules
};

bool has_submodules(const c10::ClassTypePtr& type) {
  const auto& types = type->getAttributes();
  return std::any_of(types.begin(), types.end(),
                     [](const auto& attribute) { return attribute.getType()->is_module(); });
}

/// Where the node stood before its module was inlined.
Place place_of(const jit::Node* node) {
  Place place;
  const auto stack = node->callstack();
  if (!stack) return place;
  for (const auto& [function, range, instance] : (*stack)->vec()) {
    if (!instance || !instance->class_type()) continue;
    const auto name = instance->instance_name();
    place.is_leaf = !has_submodules(instance->class_type());
    if (name == "SELF" || name == "self") continue;
    place.path += (place.path.empty() ? "" : ".") + name;
  }
  return place;
}

bool has_weight(const jit::Node* node) {
  const auto kind = short_kind(node);
  return kind == "linear" || kind.rfind("conv", 0) == 0;
}

/// Operators in the leaf module at each path, so that a module with one operator can lend it its name.
std::map<std::string, int> count_operators(const std::vector<jit::Node*>& nodes) {
  std::map<std::string, int> counts;
  for (const auto* node : nodes)
    if (node->kind().is_aten() && node->outputs().size() == 1 && is_tensor(node->output()))
      ++counts[place_of(node).path];
  return counts;
}

std::string base_name(const jit::Node* node, const std::map<std::string, int>& counts) {
  if (has_weight(node)) {
    const auto path = attribute_path(argument(node, "weight"));
    if (path && path->ends_with(".weight")) return path->substr(0, path->size() - 7);
  }
  const auto place = place_of(node);
  if (place.is_leaf && !place.path.empty() && counts.at(place.path) == 1) return place.path;
  return (place.path.empty() ? "" : place.path + "/") + short_kind(node);
}

/// Moves the tensor to `<operator>.<role>`, unless it is there already.
void own_tensor(jit::Module& module, jit::Node* node, const std::string& operator_name,
                const std::string& role) {
  auto* value = argument(node, role);
  if (!value) return;
  const auto path = attribute_path(value);
  const auto wanted = operator_name + "." + role;
  if (path == wanted) return;
  const auto tensor = path ? find_attribute(module, *path) : jit::toIValue(value);
  if (!tensor || !tensor->isTensor()) return;
  set_attribute(module, wanted, tensor->toTensor(), c10::TensorType::get(), /*is_parameter=*/true);
  const jit::WithInsertPoint here(node);
  node->replaceInputWith(value, emit_attribute(*node->owningGraph(), module, wanted));
}

}  // namespace

void name_sites(jit::Module& module) {
  auto graph = module.get_method("forward").graph();
  const auto nodes = all_nodes_of(graph->block());
  const auto counts = count_operators(nodes);
  std::map<std::string, int> seen;
  for (auto* node : nodes) {
    if (!node->kind().is_aten() || node->outputs().size() != 1) continue;
    auto name = base_name(node, counts);
    if (!is_tensor(node->output())) continue;
    const int number = ++seen[name];
    if (number > 1) name += "#" + std::to_string(number);
    if (has_weight(node)) {
      own_tensor(module, node, name, "weight");
      own_tensor(module, node, name, "bias");
    }
    node->output()->setDebugName(name);
  }
  jit::EliminateDeadCode(graph);
}

}  // namespace qtool
