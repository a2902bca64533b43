#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace qtool {

/// forward() of the program `graph_module` (torch/_export/serde/schema.py, GraphModule) as a graph that reads the
/// tensors of `module`. Each node has the place of its module (ir/module_place.h) and its line of Python.
///
///   {"target": "torch.ops.aten.relu.default", "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "x"}}}],
///    "outputs": [{"as_tensor": {"name": "relu"}}]}    ->    %relu : Tensor = aten::relu(%x)
///
/// Throws Flaw that names what qtool does not know: an operator, an argument, a written buffer.
[[nodiscard]] std::shared_ptr<torch::jit::Graph> read_pt2_graph(const torch::jit::Module& module,
                                                                const nlohmann::ordered_json& graph_module);

}  // namespace qtool
