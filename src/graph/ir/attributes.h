#pragma once
/// Tensors and packed weights of a module by their path (`layers.0.conv1.weight`), in the module and in its
/// graph.
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace qtool {

/// A module without attributes or methods, with a type of its own.
[[nodiscard]] torch::jit::Module empty_module(const std::string& type_name);

/// Deep copy whose parameters are leaves again: they require gradients as those of `module` do, and get them.
[[nodiscard]] torch::jit::Module copy_of(const torch::jit::Module& module);

/// The path that a chain of prim::GetAttr from the graph's first input leads to; nothing where the value is
/// no such chain.
[[nodiscard]] std::optional<std::string> attribute_path(const torch::jit::Value* value);

/// The attribute at `path`, or nothing.
[[nodiscard]] std::optional<c10::IValue> find_attribute(const torch::jit::Module& root,
                                                        const std::string& path);

/// Sets the attribute at `path`, and makes the submodules on the way, each with a type of its own. A tensor
/// that is no parameter is a buffer, but for one in a layout of oneDNN's, which no file can hold.
void set_attribute(torch::jit::Module& root, const std::string& path, const c10::IValue& value,
                   const c10::TypePtr& type, bool is_parameter);

/// Emits the chain of prim::GetAttr for `path` at the graph's insert point. The attribute must exist.
torch::jit::Value* emit_attribute(torch::jit::Graph& graph, const torch::jit::Module& root,
                                  const std::string& path);

/// A module of its own types that has a copy of `module`'s inlined forward() and those attributes that it
/// uses, under their old paths, but for what is not ASCII in them. Constants stand first, once each, attributes
/// right before their readers, so that models which differ in the order of such lines become one. Tensors are
/// shared with `module`; graph and types are not, so either can be changed.
[[nodiscard]] torch::jit::Module rebuild(const torch::jit::Module& module, const std::string& type_name);
/// The same with `forward`, a graph over the attributes of `module`, instead of its own. The graph is changed.
[[nodiscard]] torch::jit::Module rebuild(const torch::jit::Module& module,
                                         std::shared_ptr<torch::jit::Graph> forward,
                                         const std::string& type_name);

/// The submodule at `path`, which must exist.
/// `a.b.c` -> {`a.b`, `c`}; the first part is empty for a name without dots.
[[nodiscard]] std::pair<std::string, std::string> owner_and_name(const std::string& path);

[[nodiscard]] torch::jit::Module module_at(const torch::jit::Module& root, const std::string& path);

/// Gives `module` a method. The type of the graph's first input is set.
void add_method(torch::jit::Module& module, const std::string& name,
                const std::shared_ptr<torch::jit::Graph>& graph);

/// Gives `root`, which has no methods yet, `graph` as its forward().
void set_forward(torch::jit::Module& root, const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace qtool
