#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>

namespace qtool {

/// The kind of a union (schema.py, _Union), its only key: `as_tensor` for {"as_tensor": {...}}. Throws Flaw for what is
/// no object or an empty one.
[[nodiscard]] std::string kind_of_union(const nlohmann::ordered_json& value);

/// Values of a program by their names, and arguments of its nodes as values of a graph.
class Pt2Values {
 public:
  /// Constants and lists go to the insert point of `graph`.
  explicit Pt2Values(torch::jit::Graph& graph) : graph_(&graph) {}

  void bind(const std::string& name, torch::jit::Value* value) { values_[name] = value; }
  /// Throws Flaw where there is none.
  [[nodiscard]] torch::jit::Value* find(const std::string& name) const;

  /// `argument` (schema.py, Argument) for a parameter of the type: numbers and lists become what the type wants, as
  /// Python's dispatcher has it. Throws Flaw for kinds that qtool does not know.
  [[nodiscard]] torch::jit::Value* read(const nlohmann::ordered_json& argument, const c10::TypePtr& type);

 private:
  torch::jit::Value* constant(const c10::IValue& value);
  torch::jit::Value* list(const nlohmann::ordered_json& items, const c10::TypePtr& element);
  torch::jit::Value* number(const nlohmann::ordered_json& item);

  torch::jit::Graph* graph_;
  std::unordered_map<std::string, torch::jit::Value*> values_;
};

}  // namespace qtool
