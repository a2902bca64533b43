#include "graph/ir/inline_calls.h"

#include <torch/csrc/jit/api/function_impl.h>

#include <map>
#include <memory>
#include <string>

namespace qtool {
namespace {

namespace jit = torch::jit;
namespace attr = c10::attr;
namespace prim = c10::prim;

bool reads_attribute(const jit::Value* value) { return value->node()->kind() == prim::GetAttr; }

/// As long as it lives, the node that reads a module is said to read all of the path to it: inlineCallTo() takes the
/// module's name from there.
class WholePath {
 public:
  explicit WholePath(jit::Value* module) {
    if (!reads_attribute(module)) return;
    node_ = module->node();
    name_ = node_->s(attr::name);
    std::string path = name_;
    for (auto* owner = node_->input(0); reads_attribute(owner); owner = owner->node()->input(0))
      path = owner->node()->s(attr::name) + "." + path;
    node_->s_(attr::name, path);
  }
  ~WholePath() {
    if (node_) node_->s_(attr::name, name_);
  }
  WholePath(const WholePath&) = delete;
  WholePath& operator=(const WholePath&) = delete;
  WholePath(WholePath&&) = delete;
  WholePath& operator=(WholePath&&) = delete;

 private:
  jit::Node* node_ = nullptr;
  std::string name_;
};

class Inliner {
 public:
  void inline_block(jit::Block* block) {
    for (auto it = block->nodes().begin(); it != block->nodes().end();) {
      auto* node = *it++;
      for (auto* inner : node->blocks()) inline_block(inner);
      if (auto* callee = callee_of(node)) inline_call(node, callee);
    }
  }

 private:
  static jit::GraphFunction* callee_of(const jit::Node* node) {
    if (node->kind() == prim::CallFunction)
      return jit::tryToGraphFunction(*node->input(0)->type()->expect<c10::FunctionType>()->function());
    if (node->kind() != prim::CallMethod) return nullptr;
    const auto type = node->input(0)->type()->cast<c10::ClassType>();
    return type ? jit::tryToGraphFunction(type->getMethod(node->s(attr::name))) : nullptr;
  }

  void inline_call(jit::Node* node, jit::GraphFunction* callee) {
    const auto body = body_of(callee);
    if (node->kind() == prim::CallFunction) {
      node->removeInput(0);
      jit::inlineCallTo(node, callee, body.get());
      return;
    }
    const WholePath path(node->input(0));
    jit::inlineCallTo(node, callee, body.get());
  }

  /// With what it calls in its place; for the next call, too.
  std::shared_ptr<jit::Graph> body_of(jit::GraphFunction* callee) {
    const auto known = bodies_.find(callee);
    if (known != bodies_.end()) return known->second;
    auto body = callee->graph()->copy();
    inline_block(body->block());
    return bodies_[callee] = body;
  }

  std::map<jit::GraphFunction*, std::shared_ptr<jit::Graph>> bodies_;
};

}  // namespace

void inline_calls(jit::Graph& graph) { Inliner().inline_block(graph.block()); }

}  // namespace qtool
