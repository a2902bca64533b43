#include "graph/passes/list_appends.h"

#include <algorithm>
#include <vector>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

bool is_append(const jit::Node* node) { return node->kind() == c10::aten::append; }

/// Whether the node only looks at the list's tensors: it makes tensors or numbers, and changes nothing.
bool only_reads(const jit::Node* node) {
  const auto* schema = node->maybeSchema();
  return schema && !schema->is_mutable() && node->blocks().empty() &&
         std::all_of(node->outputs().begin(), node->outputs().end(), [](const jit::Value* output) {
           return output->type()->kind() != c10::TypeKind::ListType;
         });
}

bool can_be_written_out(const jit::Value* list) {
  const auto& uses = list->uses();
  return list->type()->isSubtypeOf(*c10::ListType::ofTensors()) &&
         std::any_of(uses.begin(), uses.end(), [](const jit::Use& use) { return is_append(use.user); }) &&
         std::all_of(uses.begin(), uses.end(), [&](const jit::Use& use) {
           const bool appends = is_append(use.user) && use.offset == 0 && !use.user->output()->hasUses();
           return use.user->owningBlock() == list->node()->owningBlock() &&
                  (appends || (!is_append(use.user) && only_reads(use.user)));
         });
}

void write_out(jit::Value* list) {
  std::vector<jit::Node*> users;
  for (const auto& use : list->uses()) users.push_back(use.user);
  std::sort(users.begin(), users.end(),
            [](const jit::Node* a, const jit::Node* b) { return a->isBefore(b); });
  users.erase(std::unique(users.begin(), users.end()), users.end());
  std::vector<jit::Value*> elements(list->node()->inputs().begin(), list->node()->inputs().end());
  auto& graph = *list->owningGraph();
  for (auto* user : users) {
    if (is_append(user)) {
      elements.push_back(user->input(1));
      user->destroy();
      continue;
    }
    auto* own = graph.createList(c10::TensorType::get(), elements)->insertBefore(user);
    user->replaceInputWith(list, own->output());
  }
}

}  // namespace

void write_out_appends(jit::Graph& graph) {
  std::vector<jit::Value*> lists;  // before any is written out, which destroys nodes
  for (auto* node : all_nodes_of(graph.block()))
    if (node->kind() == c10::prim::ListConstruct) lists.push_back(node->output());
  for (auto* list : lists)
    if (can_be_written_out(list)) write_out(list);
}

}  // namespace qtool
