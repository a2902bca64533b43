#include "graph/ir/state.h"

#include <algorithm>
#include <utility>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {

namespace jit = torch::jit;

std::optional<std::string> written_path(const jit::Node* write) {
  const auto& name = write->s(c10::attr::name);
  const auto* object = write->input(0);
  if (object == object->owningGraph()->inputs()[0]) return name;
  const auto owner = attribute_path(object);
  if (!owner) return std::nullopt;
  return *owner + "." + name;
}

std::vector<jit::Node*> attribute_writes(jit::Graph& graph) {
  auto nodes = all_nodes_of(graph.block());
  std::erase_if(
      nodes, [](const jit::Node* node) { return node->kind() != c10::prim::SetAttr || !written_path(node); });
  return nodes;
}

std::vector<std::string> written_paths(jit::Graph& graph) {
  std::vector<std::string> paths;
  for (const auto* write : attribute_writes(graph)) {
    auto path = *written_path(write);
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
  }
  return paths;
}

void emit_write(jit::Graph& graph, const jit::Module& root, const std::string& path, jit::Value* value) {
  const auto [owner, name] = owner_and_name(path);
  auto* object = emit_attribute(graph, root, owner);
  auto* node = graph.insertNode(graph.create(c10::prim::SetAttr, {object, value}, /*num_outputs=*/0));
  node->s_(c10::attr::name, name);
}

c10::TypePtr declared_type(const jit::Module& root, const std::string& path) {
  const auto [owner, name] = owner_and_name(path);
  return module_at(root, owner).type()->getAttribute(name);
}

std::optional<std::string> state_path(const jit::Value* value) {
  const auto* node = value->node();
  if (node->kind() != c10::prim::unchecked_cast) return std::nullopt;
  return attribute_path(node->input());
}

}  // namespace qtool
