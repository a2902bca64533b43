#include "export/lowering/stored_state.h"

#include <utility>

#include "graph/ir/attributes.h"
#include "graph/ir/plain_ascii.h"

namespace qtool {

namespace jit = torch::jit;

namespace {

void emit_store(jit::Graph& graph, jit::Value* self, const char* attribute, jit::Value* value) {
  auto* node = graph.insertNode(graph.create(c10::prim::SetAttr, {self, value}, /*num_outputs=*/0));
  node->s_(c10::attr::name, attribute);
}

}  // namespace

StoredState::StoredState(std::string path, std::vector<Part> parts, const char* made_name, c10::IValue made,
                         Make make)
    : path_(std::move(path)),
      parts_(std::move(parts)),
      made_name_(made_name),
      made_(std::move(made)),
      make_(std::move(make)) {}

void StoredState::add(jit::Module& module, const char* name, const c10::IValue& value) const {
  const auto type = value.isTensor() ? c10::TypePtr(c10::TensorType::get()) : value.type();
  set_attribute(module, plain_ascii(path_ + "." + name), value, type, /*is_parameter=*/false);
}

void StoredState::add_to(jit::Module& module) const {
  add(module, made_name_, made_);
  for (const auto& part : parts_)
    if (part.is_read) add(module, part.name, part.value);
}

void StoredState::complete(jit::Module& module) const {
  for (const auto& part : parts_)
    if (!part.is_read) add(module, part.name, part.value);
  auto owner = module_at(module, plain_ascii(path_));
  add_getter(owner);
  add_setter(owner);
}

void StoredState::add_getter(jit::Module& owner) const {
  auto graph = std::make_shared<jit::Graph>();
  auto* self = graph->addInput("self")->setType(owner.type());
  std::vector<jit::Value*> values;
  for (const auto& part : parts_) values.push_back(graph->insertGetAttr(self, part.name));
  graph->registerOutput(graph->insertNode(graph->createTuple(values))->output());
  add_method(owner, "__getstate__", graph);
}

void StoredState::add_setter(jit::Module& owner) const {
  auto graph = std::make_shared<jit::Graph>();
  auto* self = graph->addInput("self")->setType(owner.type());
  const std::vector<c10::TypePtr> types(parts_.size(), c10::TensorType::get());
  auto* state = graph->addInput("state")->setType(c10::TupleType::create(types));
  const auto values = graph->insertNode(graph->createTupleUnpack(state))->outputs().vec();
  for (size_t i = 0; i < parts_.size(); ++i) emit_store(*graph, self, parts_[i].name, values[i]);
  emit_store(*graph, self, made_name_, make_(*graph, values));
  graph->registerOutput(graph->insertConstant(c10::IValue()));
  add_method(owner, "__setstate__", graph);
}

}  // namespace qtool
