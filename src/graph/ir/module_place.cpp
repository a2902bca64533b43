#include "graph/ir/module_place.h"

#include <algorithm>

#include "graph/ir/plain_ascii.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

// The outer scope says what the module is, the inner one its path.
constexpr const char* kLeaf = "leaf";
constexpr const char* kInner = "inner";

bool has_submodules(const c10::ClassTypePtr& type) {
  const auto& types = type->getAttributes();
  return std::any_of(types.begin(), types.end(),
                     [](const auto& attribute) { return attribute.getType()->is_module(); });
}

ModulePlace place_of_calls(jit::InlinedCallStack& stack) {
  ModulePlace place;
  for (const auto& [function, range, instance] : stack.vec()) {
    if (!instance || !instance->class_type()) continue;
    const auto name = instance->instance_name();
    place.is_leaf = !has_submodules(instance->class_type());
    if (name == "SELF" || name == "self") continue;
    place.path += (place.path.empty() ? "" : ".") + plain_ascii(name);
  }
  return place;
}

}  // namespace

ModulePlace place_of(const jit::Node* node) {
  if (const auto stack = node->callstack()) return place_of_calls(**stack);
  auto* unchanged = const_cast<jit::Node*>(node);  // its scope() is not const
  const auto scope = unchanged->scope();
  if (!scope || scope->isRoot() || scope->isBlank() || scope->parent()->isRoot()) return {};
  const std::string what = scope->parent()->name().toUnqualString();
  if (what != kLeaf && what != kInner) return {};
  return {scope->name().toUnqualString(), what == kLeaf};
}

void set_place(jit::Node* node, const ModulePlace& place) {
  if (place.path.empty()) return;
  const auto root = c10::make_intrusive<jit::Scope>();
  node->setScope(root->push(c10::Symbol::scope(place.is_leaf ? kLeaf : kInner))
                     ->push(c10::Symbol::scope(plain_ascii(place.path))));
}

}  // namespace qtool
