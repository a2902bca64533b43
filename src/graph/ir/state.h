#pragma once
/// State that a model keeps in attributes: what forward() writes with prim::SetAttr.
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>
#include <vector>

namespace qtool {

/// The path of the attribute that the prim::SetAttr writes; nothing where its object is no module of the graph's first
/// input.
[[nodiscard]] std::optional<std::string> written_path(const torch::jit::Node* write);
/// The nodes of all blocks that write such an attribute.
[[nodiscard]] std::vector<torch::jit::Node*> attribute_writes(torch::jit::Graph& graph);
/// The paths of the attributes that the graph writes, each once, in the order of the first writes.
[[nodiscard]] std::vector<std::string> written_paths(torch::jit::Graph& graph);

/// Emits a write of the attribute at the graph's insert point. It must exist.
void emit_write(torch::jit::Graph& graph, const torch::jit::Module& root, const std::string& path,
                torch::jit::Value* value);

/// The type that the attribute at `path` was declared with. It must exist.
[[nodiscard]] c10::TypePtr declared_type(const torch::jit::Module& root, const std::string& path);

/// The attribute that the value, which stands for state at the beginning of a run, was read from; see
/// graph/passes/carry_state.h.
[[nodiscard]] std::optional<std::string> state_path(const torch::jit::Value* value);

}  // namespace qtool
