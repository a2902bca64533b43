#include "graph/parts.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/error.h"
#include "graph/ir/attributes.h"
#include "graph/ir/in_place.h"
#include "graph/ir/nodes.h"
#include "graph/ir/state.h"
#include "graph/view.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

using Values = std::vector<jit::Value*>;

void add_once(Values& values, jit::Value* value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

/// Read anew by each part.
bool is_fixed(const jit::Node* node) {
  return node->kind() == c10::prim::Constant || node->kind() == c10::prim::GetAttr;
}

/// The tensors of a graph's top level: where they are made, and where they are read.
class Flow {
 public:
  explicit Flow(jit::Graph& graph) : graph_(graph) {
    for (auto* node : nodes_of(graph.block()))
      if (!is_fixed(node)) {
        place_[node] = nodes_.size();
        nodes_.push_back(node);
      }
    nodes_.push_back(graph.return_node());
    for (auto* node : nodes_) needs_.push_back(needs_of(node));
    for (size_t i = 0; i < nodes_.size(); ++i) mark_layers(i);
  }

  /// The last is the return.
  [[nodiscard]] const std::vector<jit::Node*>& nodes() const { return nodes_; }

  /// Tensors made before `place` that are read at it or later, inputs first.
  [[nodiscard]] Values live_at(size_t place) const { return read_in(place, nodes_.size(), place); }

  /// Those that the nodes of [begin, end) read from before `begin`.
  [[nodiscard]] Values inputs_of(size_t begin, size_t end) const { return read_in(begin, end, begin); }

  [[nodiscard]] bool is_of_layer(jit::Value* value) const { return of_layers_.contains(value); }
  [[nodiscard]] bool is_in(const jit::Node* node, size_t begin, size_t end) const {
    const auto found = place_.find(node);
    return found != place_.end() && found->second >= begin && found->second < end;
  }

  /// What a node reads of the top level, with its blocks.
  [[nodiscard]] Values reads_of(jit::Node* node) const {
    Values values;
    collect(node, values);
    return values;
  }

 private:
  void collect(jit::Node* node, Values& values) const {
    for (auto* value : node->inputs())
      if (value->node()->owningBlock() == graph_.block()) add_once(values, value);
    for (auto* block : node->blocks()) {
      for (auto* inner : block->nodes()) collect(inner, values);
      collect(block->return_node(), values);
    }
  }

  /// Tensors that a node reads, or that what it reads and is no tensor is computed from.
  Values needs_of(jit::Node* node) {
    Values needs;
    for (auto* value : reads_of(node))
      for (auto* source : sources_of(value)) add_once(needs, source);
    return needs;
  }

  Values sources_of(jit::Value* value) {
    if (value == graph_.inputs()[0] || is_fixed(value->node())) return {};
    if (is_tensor(value) || value->node()->kind() == c10::prim::Param) return {value};
    const auto known = sources_.find(value);
    return known != sources_.end() ? known->second : sources_[value] = needs_of(value->node());
  }

  void mark_layers(size_t place) {
    const auto& needs = needs_[place];
    const auto* weight = argument(nodes_[place], "weight");
    if (!(weight && attribute_path(weight)) &&
        std::none_of(needs.begin(), needs.end(), [&](auto* value) { return is_of_layer(value); }))
      return;
    of_layers_.insert(nodes_[place]->outputs().begin(), nodes_[place]->outputs().end());
  }

  [[nodiscard]] Values read_in(size_t begin, size_t end, size_t made_before) const {
    Values values;
    for (size_t i = begin; i < end; ++i)
      for (auto* value : needs_[i])
        if (!is_in(value->node(), made_before, nodes_.size())) add_once(values, value);
    return values;
  }

  jit::Graph& graph_;
  std::vector<jit::Node*> nodes_;
  std::map<const jit::Node*, size_t> place_;
  std::vector<Values> needs_;  ///< of nodes_
  std::map<jit::Value*, Values> sources_;
  std::set<jit::Value*> of_layers_;
};

/// The name that a cut after the node has; empty: there can be none.
std::string name_of(const jit::Node* node) {
  for (const auto* output : node->outputs())
    if (is_tensor(output) && output->hasDebugName()) return output->debugName();
  return "";
}

std::vector<std::string> names_of(const Values& values) {
  std::vector<std::string> names;
  for (const auto* value : values) names.push_back(value->debugName());
  return names;
}

/// Copies the nodes of one part, and what they read that is no tensor, into a graph of its own.
class PartCopy {
 public:
  PartCopy(const Flow& flow, jit::Graph& whole, size_t begin, size_t end)
      : flow_(flow), whole_(whole), begin_(begin), end_(end), graph_(std::make_shared<jit::Graph>()) {}

  std::shared_ptr<jit::Graph> run(const Values& inputs, const Values& outputs, bool is_last) {
    copies_[whole_.inputs()[0]] = graph_->addInput("self")->setType(whole_.inputs()[0]->type());
    for (auto* input : inputs) copies_[input] = graph_->addInput(input->debugName())->setType(input->type());
    for (auto* node : nodes_of(whole_.block()))
      if (flow_.is_in(node, begin_, end_)) copy(node);
    if (is_last) {
      for (auto* output : whole_.outputs()) graph_->registerOutput(copy_of_value(output));
    } else if (outputs.size() == 1) {
      graph_->registerOutput(copy_of_value(outputs[0]));
    } else {
      Values elements;
      for (auto* output : outputs) elements.push_back(copy_of_value(output));
      graph_->registerOutput(graph_->appendNode(graph_->createTuple(elements))->output());
    }
    return graph_;
  }

 private:
  void copy(jit::Node* node) {
    if (!copied_.insert(node).second) return;
    for (auto* value : flow_.reads_of(node)) (void)copy_of_value(value);
    auto* clone = graph_->appendNode(
        graph_->createClone(node, [this](jit::Value* value) { return copies_.at(value); }));
    for (size_t i = 0; i < node->outputs().size(); ++i) copies_[node->output(i)] = clone->output(i);
  }

  jit::Value* copy_of_value(jit::Value* value) {
    if (!copies_.contains(value)) copy(value->node());
    return copies_.at(value);
  }

  const Flow& flow_;
  jit::Graph& whole_;
  size_t begin_, end_;
  std::shared_ptr<jit::Graph> graph_;
  std::map<jit::Value*, jit::Value*> copies_;
  std::set<const jit::Node*> copied_;
};

}  // namespace

std::vector<CutPlace> cut_places(const Model& canonical) {
  const auto graph = canonical.module().get_method("forward").graph();
  if (!changed_in_place(graph).empty() || !written_paths(*graph).empty()) return {};
  const Flow flow(*graph);
  std::vector<CutPlace> places;
  for (size_t i = 0; i + 2 < flow.nodes().size(); ++i) {
    const auto live = flow.live_at(i + 1);
    // What an if makes may be no tensor after all, where it leaves forward().
    const bool are_tensors = std::all_of(live.begin(), live.end(), [](jit::Value* value) {
      return is_tensor(value) && value->hasDebugName() && value->node()->blocks().empty();
    });
    if (name_of(flow.nodes()[i]).empty() || live.empty() || !are_tensors) continue;
    const auto of_layers =
        std::count_if(live.begin(), live.end(), [&](auto* value) { return flow.is_of_layer(value); });
    places.push_back({name_of(flow.nodes()[i]), names_of(live), static_cast<size_t>(of_layers)});
  }
  return places;
}

std::vector<ModelPart> cut(const Model& canonical, const std::vector<std::string>& after) {
  const auto graph = canonical.module().get_method("forward").graph();
  const Flow flow(*graph);
  const auto& nodes = flow.nodes();
  std::vector<size_t> ends;
  for (size_t i = 0; i + 1 < nodes.size() && ends.size() < after.size(); ++i)
    if (name_of(nodes[i]) == after[ends.size()]) ends.push_back(i + 1);
  QTOOL_ASSERT(ends.size() == after.size());
  ends.push_back(nodes.size());
  std::vector<ModelPart> parts;
  for (size_t i = 0, begin = 0; i < ends.size(); begin = ends[i++]) {
    const bool is_last = i + 1 == ends.size();
    const auto inputs = flow.inputs_of(begin, ends[i]);
    Values outputs;
    if (!is_last)
      for (auto* value : flow.live_at(ends[i]))
        if (flow.is_in(value->node(), begin, ends[i])) outputs.push_back(value);
    auto copy = PartCopy(flow, *graph, begin, ends[i]).run(inputs, outputs, is_last);
    parts.push_back({Model(rebuild(canonical.module(), std::move(copy), "Part")), names_of(inputs),
                     is_last ? view(canonical).outputs : names_of(outputs)});
  }
  return parts;
}

}  // namespace qtool
