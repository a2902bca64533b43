#include "graph/passes/carry_state.h"

#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "graph/ir/state.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

[[noreturn]] void refuse_block(const std::string& path, const jit::Node* node) {
  throw Error(ErrorKind::kUnquantizable, {.what = "forward() changes an attribute of the model",
                                          .where = path,
                                          .got = std::string("a write inside ") + node->kind().toQualString(),
                                          .expected = "writes in forward(), its ifs and its loops",
                                          .fix = "take the state as an input and return it"});
}

class StateCarrier {
 public:
  explicit StateCarrier(jit::Module& module) : module_(module), graph_(module.get_method("forward").graph()) {
    for (const auto& path : written_paths(*graph_)) {
      const auto first = first_path(path);
      if (std::find(paths_.begin(), paths_.end(), first) == paths_.end()) paths_.push_back(first);
    }
  }

  void run() {
    if (paths_.empty()) return;
    Values now;
    {
      const jit::WithInsertPoint begin(*graph_->nodes().begin());
      for (const auto& path : paths_) now[path] = emit_attribute(*graph_, module_, path);
    }
    carry(graph_->block(), now);
    const jit::WithInsertPoint end(graph_->return_node());
    for (const auto& path : paths_) emit_write(*graph_, module_, path, now.at(path));
  }

 private:
  using Values = std::map<std::string, jit::Value*>;  ///< what the attributes hold, by their paths

  /// The same for all paths that lead to an attribute of one module.
  std::string first_path(const std::string& path) {
    const auto [owner_path, name] = owner_and_name(path);
    if (owner_path.empty()) return path;
    const auto owner = find_attribute(module_, owner_path);
    if (!owner || !owner->isModule()) return path;
    const std::pair place(owner->toObject().get(), name);
    return first_paths_.emplace(place, path).first->second;
  }

  void carry(jit::Block* block, Values& now) {
    for (auto* node : nodes_of(block)) {
      if (node->kind() == c10::prim::GetAttr)
        read(node, now);
      else if (node->kind() == c10::prim::SetAttr)
        write(node, now);
      else if (node->kind() == c10::prim::If)
        carry_through_if(node, now);
      else if (node->kind() == c10::prim::Loop)
        carry_through_loop(node, now);
      else
        for (auto* inner : node->blocks()) carry_through_other(node, inner, now);
    }
  }

  void read(jit::Node* node, const Values& now) {
    const auto path = attribute_path(node->output());
    if (!path || node->output()->type()->cast<c10::ClassType>()) return;
    const auto value = now.find(first_path(*path));
    if (value == now.end() || value->second == node->output()) return;
    node->output()->replaceAllUsesWith(value->second);
    node->destroy();
  }

  void write(jit::Node* node, Values& now) {
    const auto path = written_path(node);
    if (!path) return;
    now.at(first_path(*path)) = node->input(1);
    node->destroy();
  }

  void carry_through_if(jit::Node* node, Values& now) {
    std::vector<Values> behind(node->blocks().size(), now);
    for (size_t i = 0; i < behind.size(); ++i) carry(node->blocks()[i], behind[i]);
    for (const auto& path : paths_) {
      if (std::all_of(behind.begin(), behind.end(),
                      [&](const Values& values) { return values.at(path) == now.at(path); }))
        continue;
      for (size_t i = 0; i < behind.size(); ++i) node->blocks()[i]->registerOutput(behind[i].at(path));
      now.at(path) = node->addOutput()->setType(declared_type(module_, path));
    }
  }

  /// What the loop writes goes from round to round.
  void carry_through_loop(jit::Node* node, Values& now) {
    auto* body = node->blocks()[0];
    const auto written = written_in(body);
    Values inside = now;
    for (const auto& path : written) {
      node->addInput(now.at(path));
      inside.at(path) = body->addInput()->setType(declared_type(module_, path));
    }
    carry(body, inside);
    for (const auto& path : written) {
      body->registerOutput(inside.at(path));
      now.at(path) = node->addOutput()->setType(declared_type(module_, path));
    }
  }

  void carry_through_other(const jit::Node* node, jit::Block* inner, Values now) {
    if (const auto written = written_in(inner); !written.empty()) refuse_block(written[0], node);
    carry(inner, now);
  }

  std::vector<std::string> written_in(jit::Block* block) {
    std::vector<std::string> written;
    for (const auto* node : all_nodes_of(block)) {
      const auto path = node->kind() == c10::prim::SetAttr ? written_path(node) : std::nullopt;
      if (path && std::find(written.begin(), written.end(), first_path(*path)) == written.end())
        written.push_back(first_path(*path));
    }
    return written;
  }

  jit::Module& module_;
  std::shared_ptr<jit::Graph> graph_;
  std::map<std::pair<const void*, std::string>, std::string> first_paths_;
  std::vector<std::string> paths_;
};

}  // namespace

void carry_state(jit::Module& module) { StateCarrier(module).run(); }

void mark_state(jit::Module& module) {
  const auto graph = module.get_method("forward").graph();
  const auto paths = written_paths(*graph);
  for (auto* node : nodes_of(graph->block())) {
    const auto path = node->kind() == c10::prim::GetAttr ? attribute_path(node->output()) : std::nullopt;
    if (!path || std::find(paths.begin(), paths.end(), *path) == paths.end()) continue;
    auto* mark = graph->create(c10::prim::unchecked_cast, {node->output()})->insertAfter(node);
    mark->output()->setType(node->output()->type());
    node->output()->replaceAllUsesAfterNodeWith(mark, mark->output());
  }
}

}  // namespace qtool
