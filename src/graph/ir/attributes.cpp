#include "graph/ir/attributes.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

#include "base/error.h"
#include "graph/ir/call_stack.h"
#include "graph/ir/plain_ascii.h"
#include "graph/ir/pool_constants.h"
#include "graph/ir/state.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= path.size();) {
    const size_t dot = std::min(path.find('.', start), path.size());
    if (dot > start) parts.push_back(path.substr(start, dot - start));
    start = dot + 1;
  }
  return parts;
}

/// A name that no other module has, or else its code is a record of its own in a file, which takes a kilobyte.
std::string type_name_of(const std::string& path) {
  std::string name = "Module_" + path;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

/// `path`: of the child, from the root.
jit::Module child_module(jit::Module& parent, const std::string& name, const std::string& path) {
  if (parent.hasattr(name)) return parent.attr(name).toModule();
  auto child = empty_module(type_name_of(path));
  parent.register_module(name, child);
  return child;
}

bool is_module(const c10::TypePtr& type) {
  const auto class_type = type->cast<c10::ClassType>();
  return class_type && class_type->is_module();
}

/// One input of a node.
struct Reading {
  jit::Node* reader;
  size_t offset;
  [[nodiscard]] jit::Value* value() const { return reader->input(offset); }
};

/// The inputs of all nodes, in the order in which they run.
void collect_readings(jit::Block* block, std::vector<Reading>& readings) {
  const auto add = [&](jit::Node* node) {
    for (size_t i = 0; i < node->inputs().size(); ++i) readings.push_back({node, i});
  };
  for (auto* node : block->nodes()) {
    add(node);
    for (auto* inner : node->blocks()) collect_readings(inner, readings);
  }
  add(block->return_node());
}

/// Those that read an attribute which is not a module.
std::vector<Reading> attribute_readings(jit::Graph& graph) {
  std::vector<Reading> readings;
  collect_readings(graph.block(), readings);
  std::erase_if(readings, [](const Reading& reading) {
    return is_module(reading.value()->type()) || !attribute_path(reading.value());
  });
  return readings;
}

/// Constants stand first, once each, without names, in the order in which they are read.
void order_constants(std::shared_ptr<jit::Graph>& graph) {
  pool_constants(*graph);
  auto first = graph->nodes().begin();
  while (first != graph->nodes().end() && first->kind() == c10::prim::Constant) ++first;
  std::vector<Reading> readings;
  collect_readings(graph->block(), readings);
  std::set<const jit::Node*> placed;
  for (const auto& reading : readings) {
    auto* constant = reading.value()->node();
    if (constant->kind() != c10::prim::Constant || !placed.insert(constant).second) continue;
    constant->output()->setDebugName("");
    if (constant->owningBlock() == graph->block()) constant->moveBefore(*first);
  }
}

/// What the graph writes is an attribute as it was declared, also where it holds None now.
void keep_state(const jit::Module& module, const std::vector<std::string>& paths, jit::Module& root) {
  for (const auto& path : paths)
    set_attribute(root, plain_ascii(path), *find_attribute(module, path), declared_type(module, path),
                  /*is_parameter=*/false);
}

/// The writes of a graph whose first input is of another type now, to the attributes of `root`.
void rewrite_writes(jit::Graph& graph, const jit::Module& root) {
  for (auto* write : attribute_writes(graph)) {
    const jit::WithInsertPoint here(write);
    emit_write(graph, root, plain_ascii(*written_path(write)), write->input(1));
    write->destroy();
  }
}

bool is_parameter(const jit::Module& root, const std::string& path) {
  const auto [owner_path, name] = owner_and_name(path);
  const auto owner = module_at(root, owner_path);
  return owner.type()->is_parameter(owner.type()->getAttributeSlot(name));
}

/// An optional tensor that is there is a tensor.
c10::TypePtr type_of(const c10::IValue& value, const jit::Value* read) {
  return value.isTensor() ? c10::TypePtr(c10::TensorType::get()) : read->type();
}

}  // namespace

jit::Module empty_module(const std::string& type_name) {
  return jit::Module(c10::QualifiedName("__torch__.qtool." + type_name),
                     std::make_shared<jit::CompilationUnit>(),
                     /*shouldMangle=*/true);
}

jit::Module copy_of(const jit::Module& module) {
  const at::NoGradGuard copies_are_leaves;
  auto copy = module.deepcopy();
  const auto originals = module.parameters(), copies = copy.parameters();
  auto original = originals.begin();
  for (const auto& parameter : copies) parameter.set_requires_grad((*original).requires_grad()), ++original;
  return copy;
}

std::optional<std::string> attribute_path(const jit::Value* value) {
  const auto* node = value->node();
  if (node->kind() != c10::prim::GetAttr) return std::nullopt;
  const auto* object = node->input();
  const auto& name = node->s(c10::attr::name);
  if (object == object->owningGraph()->inputs()[0]) return name;
  const auto parent = attribute_path(object);
  if (!parent) return std::nullopt;
  return *parent + "." + name;
}

std::optional<c10::IValue> find_attribute(const jit::Module& root, const std::string& path) {
  const auto [owner_path, name] = owner_and_name(path);
  auto owner = root;
  for (const auto& part : split(owner_path)) {
    if (!owner.hasattr(part) || !owner.attr(part).isModule()) return std::nullopt;
    owner = owner.attr(part).toModule();
  }
  if (!owner.hasattr(name)) return std::nullopt;
  return owner.attr(name);
}

void set_attribute(jit::Module& root, const std::string& path, const c10::IValue& value,
                   const c10::TypePtr& type, bool as_parameter) {
  const auto [owner_path, name] = owner_and_name(path);
  auto owner = root;
  std::string reached;
  for (const auto& part : split(owner_path)) {
    reached += (reached.empty() ? "" : ".") + part;
    owner = child_module(owner, part, reached);
  }
  if (owner.hasattr(name))
    owner.setattr(name, value);
  else
    owner.register_attribute(
        name, type, value, as_parameter,
        /*is_buffer=*/value.isTensor() && !as_parameter && !value.toTensor().is_mkldnn());
}

jit::Value* emit_attribute(jit::Graph& graph, const jit::Module& root, const std::string& path) {
  auto* value = graph.inputs()[0];
  c10::IValue object = root._ivalue();
  for (const auto& part : split(path)) {
    const auto type = object.toObjectRef().type();
    object = object.toObjectRef().getAttr(part);
    // Not createGetAttr(): it names the value after the attribute, and takes the name from an operator that
    // has it.
    auto* node = graph.insertNode(graph.create(c10::prim::GetAttr, {value}));
    node->s_(c10::attr::name, part);
    value = node->output();
    value->setType(type->getAttribute(part));
  }
  return value;
}

void set_forward(jit::Module& root, const std::shared_ptr<jit::Graph>& graph) {
  add_method(root, "forward", graph);
}

void add_method(jit::Module& module, const std::string& name, const std::shared_ptr<jit::Graph>& graph) {
  graph->inputs()[0]->setType(module.type());
  const auto full = c10::QualifiedName(*module.type()->name(), name);
  auto* function = module._ivalue()->compilation_unit()->create_function(full, graph);
  module.type()->addMethod(function);
}

std::pair<std::string, std::string> owner_and_name(const std::string& path) {
  const auto dot = path.rfind('.');
  if (dot == std::string::npos) return {"", path};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

jit::Module module_at(const jit::Module& root, const std::string& path) {
  auto found = root;
  for (const auto& part : split(path)) found = found.attr(part).toModule();
  return found;
}

jit::Module rebuild(const jit::Module& module, const std::string& type_name) {
  return rebuild(module, module.get_method("forward").graph()->copy(), type_name);
}

jit::Module rebuild(const jit::Module& module, std::shared_ptr<jit::Graph> graph,
                    const std::string& type_name) {
  auto root = empty_module(type_name);
  root.register_attribute("training", c10::BoolType::get(), false);
  jit::Inline(*graph);
  outlive_callers(*graph);
  const auto written = written_paths(*graph);
  const auto is_written = [&](const std::string& path) {
    return std::find(written.begin(), written.end(), path) != written.end();
  };
  keep_state(module, written, root);
  const auto readings = attribute_readings(*graph);
  std::vector<std::string> paths;
  for (const auto& reading : readings) {
    paths.push_back(*attribute_path(reading.value()));
    const auto value = find_attribute(module, paths.back());
    QTOOL_ASSERT(value.has_value());
    if (!value->isNone() && !is_written(paths.back()))
      set_attribute(root, plain_ascii(paths.back()), *value, type_of(*value, reading.value()),
                    is_parameter(module, paths.back()));
  }
  // The types of the chains are those of the new modules only once all attributes are there.
  graph->inputs()[0]->setType(root.type());
  for (size_t i = 0; i < readings.size(); ++i) {
    const jit::WithInsertPoint here(readings[i].reader);
    const bool is_none = find_attribute(module, paths[i])->isNone() && !is_written(paths[i]);
    readings[i].reader->replaceInput(
        readings[i].offset,
        is_none ? graph->insertConstant(c10::IValue()) : emit_attribute(*graph, root, plain_ascii(paths[i])));
  }
  rewrite_writes(*graph, root);
  jit::EliminateDeadCode(graph->block());
  order_constants(graph);
  set_forward(root, graph->copy());  // numbers the values without a name in their order
  return root;
}

}  // namespace qtool
