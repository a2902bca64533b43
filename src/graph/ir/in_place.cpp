#include "graph/ir/in_place.h"

#include <torch/csrc/jit/ir/alias_analysis.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// The tensors and lists that `node` changes.
std::vector<jit::Value*> targets_of(jit::Node* node) {
  std::vector<jit::Value*> targets;
  const auto* schema = node->maybeSchema();
  if (!schema || !schema->is_mutable()) return targets;
  for (size_t i = 0; i < schema->arguments().size() && i < node->inputs().size(); ++i) {
    const auto* alias = schema->arguments()[i].alias_info();
    if (alias && alias->isWrite()) targets.push_back(node->input(i));
  }
  return targets;
}

std::vector<jit::Node*> writers_in(jit::Graph& graph) {
  auto nodes = all_nodes_of(graph.block());
  std::erase_if(nodes, [](jit::Node* node) { return targets_of(node).empty(); });
  return nodes;
}

/// Without attributes: canonicalise() refuses a forward() that changes one.
std::vector<jit::Value*> values_of(jit::Graph& graph) {
  std::vector<jit::Value*> values(graph.inputs().begin() + 1, graph.inputs().end());
  for (auto* node : all_nodes_of(graph.block()))
    if (node->kind() != c10::prim::GetAttr && node->kind() != c10::prim::Constant)
      values.insert(values.end(), node->outputs().begin(), node->outputs().end());
  return values;
}

/// Whether anything but `writer`'s target, whose readers can read its output instead, shows the change. What is made
/// later is made of the output, or of a value that counts here.
bool is_seen(jit::Graph& graph, const jit::AliasDb& aliases, const jit::Node* writer, jit::Value* target) {
  for (auto* value : values_of(graph)) {
    if (value == target || !value->node()->isBefore(writer) || !aliases.mayContainAlias(value, target))
      continue;
    const auto& uses = value->uses();
    if (std::any_of(uses.begin(), uses.end(),
                    [&](const jit::Use& use) { return writer->isBefore(use.user); }))
      return true;
  }
  return false;
}

/// `relu` for `relu_`, before `writer`; null where there is no such operator.
jit::Node* functional_form(jit::Node* writer) {
  std::string kind = writer->kind().toQualString();
  if (!kind.ends_with('_')) return nullptr;
  kind.pop_back();
  auto* fresh = writer->owningGraph()->create(c10::Symbol::fromQualString(kind), writer->inputs());
  fresh->insertBefore(writer);
  if (fresh->maybeSchema()) return fresh;
  fresh->destroy();
  return nullptr;
}

/// Calls that are not inlined, forks: what they change is not seen from here.
bool is_opaque(const jit::Node* node) {
  return node->kind() == c10::prim::CallMethod || node->kind() == c10::prim::CallFunction ||
         node->hasAttribute(c10::attr::Subgraph);
}

/// Operators that return their input where there is nothing to do, and whose schema calls the result new.
bool may_return_its_input(const jit::Node* node) {
  static const std::set<std::string> names = {
      "dropout",    "feature_dropout", "alpha_dropout", "feature_alpha_dropout", "type_as", "dequantize",
      "atleast_1d", "atleast_2d",      "atleast_3d"};
  return node->kind().is_aten() && names.contains(short_kind(node)) && is_tensor(node->input(0));
}

bool remove_one(const std::shared_ptr<jit::Graph>& graph) {
  const jit::AliasDb aliases(graph);
  for (auto* writer : writers_in(*graph)) {
    const auto targets = targets_of(writer);
    const bool is_plain = writer->owningBlock() == graph->block() && targets.size() == 1 &&
                          writer->outputs().size() == 1 && targets[0] == writer->input(0) &&
                          is_tensor(targets[0]);
    if (!is_plain || is_seen(*graph, aliases, writer, targets[0])) continue;
    auto* fresh = functional_form(writer);
    if (!fresh) continue;
    fresh->copyMetadata(writer);
    fresh->output()->copyMetadata(writer->output());
    targets[0]->replaceAllUsesAfterNodeWith(writer, fresh->output());
    writer->output()->replaceAllUsesWith(fresh->output());
    writer->destroy();
    return true;
  }
  return false;
}

}  // namespace

void remove_unseen_writes(const std::shared_ptr<jit::Graph>& graph) {
  while (!writers_in(*graph).empty() && remove_one(graph)) {
  }
}

std::map<const jit::Value*, const jit::Node*> changed_in_place(const std::shared_ptr<jit::Graph>& graph) {
  std::map<const jit::Value*, const jit::Node*> changed;
  const auto writers = writers_in(*graph);
  if (writers.empty()) return changed;
  const jit::AliasDb aliases(graph);
  for (auto* value : values_of(*graph)) {
    if (!is_tensor(value) && value->type()->kind() != c10::TypeKind::ListType) continue;
    const auto writer = std::find_if(writers.begin(), writers.end(),
                                     [&](jit::Node* node) { return aliases.writesToAlias(node, {value}); });
    if (writer != writers.end()) changed.emplace(value, *writer);
  }
  return changed;
}

bool may_write_into_inputs(const std::shared_ptr<jit::Graph>& graph) {
  const auto nodes = all_nodes_of(graph->block());
  if (std::any_of(nodes.begin(), nodes.end(), is_opaque)) return true;
  auto writers = writers_in(*graph);
  std::erase_if(writers, is_ours);  // they change state of their own
  if (writers.empty()) return false;
  for (auto* node : nodes)
    if (may_return_its_input(node)) node->output()->replaceAllUsesWith(node->input(0));
  const jit::AliasDb aliases(graph);
  const jit::ValueSet inputs(graph->inputs().begin() + 1, graph->inputs().end());
  return std::any_of(writers.begin(), writers.end(),
                     [&](jit::Node* writer) { return aliases.writesToAlias(writer, inputs); });
}

}  // namespace qtool
