#include "graph/belongings.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>

#include "graph/ir/attributes.h"
#include "graph/ir/call_stack.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// Made in this file's terms, not by a class that the file brings along.
bool is_plain(const c10::TypePtr& type) {
  const auto inner = type->containedTypes();
  return !type->cast<c10::ClassType>() && !type->cast<c10::InterfaceType>() &&
         std::all_of(inner.begin(), inner.end(), is_plain);
}

bool holds_tensors(const c10::TypePtr& type) {
  const auto inner = type->containedTypes();
  return type->isSubtypeOf(*c10::TensorType::get()) || std::any_of(inner.begin(), inner.end(), holds_tensors);
}

/// A list of tensors may be the weights, as the _flat_weights of an LSTM are.
bool can_be_kept(const jit::Module& module, size_t slot) {
  const auto type = module.type()->getAttribute(slot);
  if (module.type()->is_parameter(slot) || module.type()->getAttributeName(slot) == "training") return false;
  return is_plain(type) && (type->kind() == c10::TypeKind::TensorType || !holds_tensors(type));
}

std::set<std::string> attributes_to_keep(const jit::Module& module) {
  std::set<std::string> names;
  for (size_t slot = 0; slot < module.type()->numAttributes(); ++slot)
    if (can_be_kept(module, slot)) names.insert(module.type()->getAttributeName(slot));
  return names;
}

/// `forward__1`, say: what a scripted class makes of a method with @torch.jit._overload_method for other arguments.
bool is_overload(const std::string& name, const jit::Module& owner) {
  const auto mark = name.rfind("__");
  return mark != std::string::npos && mark + 2 < name.size() &&
         std::all_of(name.begin() + std::ptrdiff_t(mark) + 2, name.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; }) &&
         owner.find_method(name.substr(0, mark)).has_value();
}

bool is_special(const std::string& name) { return name == "forward" || name.starts_with("__"); }

/// The method as a graph that needs nothing but these attributes; null where it needs more.
std::shared_ptr<jit::Graph> graph_on(const std::set<std::string>& attributes, const jit::Function& method) {
  auto graph = jit::toGraphFunction(method).graph()->copy();
  jit::Inline(*graph);
  const auto is_foreign = [](const jit::Value* value) { return !is_plain(value->type()); };
  for (const auto* node : all_nodes_of(graph->block())) {
    const bool is_of_self = (node->kind() == c10::prim::GetAttr || node->kind() == c10::prim::SetAttr) &&
                            node->input(0) == graph->inputs()[0];
    const bool is_kept = is_of_self && attributes.contains(node->s(c10::attr::name));
    if ((!is_kept && std::any_of(node->inputs().begin(), node->inputs().end(), is_foreign)) ||
        std::any_of(node->outputs().begin(), node->outputs().end(), is_foreign))
      return nullptr;
  }
  if (std::any_of(graph->outputs().begin(), graph->outputs().end(), is_foreign)) return nullptr;
  return graph;
}

void add_method(jit::Module& module, const jit::Function& method, const std::shared_ptr<jit::Graph>& graph) {
  outlive_callers(*graph);
  graph->inputs()[0]->setType(module.type());
  auto arguments = method.getSchema().arguments();
  arguments[0] = arguments[0].cloneWithType(module.type());
  const auto name = c10::QualifiedName(*module.type()->name(), method.name());
  auto* function = module._ivalue()->compilation_unit()->create_function(name, graph);
  function->setSchema(method.getSchema().cloneWithArguments(std::move(arguments)));
  module.type()->addMethod(function);
}

/// All methods that `method` calls, itself among them.
void add_called(const jit::Function* method, std::set<const jit::Function*>& called) {
  if (!called.insert(method).second) return;
  for (const auto* node : all_nodes_of(jit::toGraphFunction(*method).graph()->block())) {
    if (node->kind() != c10::prim::CallMethod) continue;
    const auto type = node->input(0)->type()->cast<c10::ClassType>();
    if (type) add_called(&type->getMethod(node->s(c10::attr::name)), called);
  }
}

std::vector<std::string> methods_left_out(const jit::Module& module) {
  std::set<const jit::Function*> in_forward;
  add_called(&module.get_method("forward").function(), in_forward);
  const auto kept = attributes_to_keep(module);
  std::vector<std::string> names;
  for (const auto& [path, owner] : module.named_modules())
    for (const auto* method : owner.type()->methods()) {
      const bool is_top = path.empty(), is_part = in_forward.contains(method);
      if (is_special(method->name()) || is_overload(method->name(), owner) ||
          (is_part && (!is_top || method->name().starts_with('_'))))
        continue;
      if (is_top && graph_on(kept, *method)) continue;
      names.push_back((is_top ? "" : path + ".") + method->name() + "()");
    }
  return names;
}

}  // namespace

void carry_over(const Model& from, Model& to) {
  to.set_extra_files(from.notes().extra_files);
  auto& module = to.module();
  const auto kept = attributes_to_keep(from.module());
  for (const auto& name : kept)
    if (!module.hasattr(name))
      set_attribute(module, name, from.module().attr(name), from.module().type()->getAttribute(name),
                    /*is_parameter=*/false);
  for (const auto* method : from.module().type()->methods())
    if (!is_special(method->name()) && !module.find_method(method->name()))
      if (const auto graph = graph_on(kept, *method)) add_method(module, *method, graph);
}

std::vector<std::string> left_out(const Model& model) {
  const auto& module = model.module();
  auto names = methods_left_out(module);
  for (size_t slot = 0; slot < module.type()->numAttributes(); ++slot) {
    const auto& name = module.type()->getAttributeName(slot);
    const bool is_known =
        module.type()->is_parameter(slot) || module.attr(name).isModule() || name == "training";
    if (!is_known && !name.starts_with('_') && !module.attr(name).isNone() && !can_be_kept(module, slot))
      names.push_back(name);
  }
  return names;
}

}  // namespace qtool
