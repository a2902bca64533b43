#pragma once
#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "export/pt2/size_runs.h"

namespace qtool {

/// A tensor that a program reads besides its inputs.
struct ProgramTensor {
  std::string name;  ///< in the state dict
  at::Tensor tensor;
  bool is_parameter = false;
};

/// A program of torch.export's in the making.
struct Pt2Program {
  nlohmann::ordered_json graph_module;  ///< schema.py, GraphModule
  std::vector<ProgramTensor> tensors;   ///< that it reads, in the order of its inputs
};

/// The graph of forward(), a straight line, as a program. `like`: the graph_module of a program that takes the same
/// inputs and gives the same outputs, which names and nests them; null: they are named as in the graph, and nested as
/// it returns them.
///
///   %fc : Tensor = aten::linear(%x.d, %w.d, %fc.bias)
///   ->
///   {"target": "torch.ops.aten.linear.default", "inputs": [{"name": "input", "arg": {"as_tensor": {"name": "x_d"}}},
///    ...], "outputs": [{"as_tensor": {"name": "fc"}}]}
///
/// Numbers that were the same at each size are constants; others are computed from the sizes of inputs.
/// Throws Error(kUnquantizable) for what a program cannot say.
[[nodiscard]] Pt2Program program_of(const torch::jit::Module& module, const SizeRuns& runs,
                                    const nlohmann::ordered_json& like);

/// Why the graph of forward() is no straight line of operators that programs know, a reason for each; empty: it is.
[[nodiscard]] std::vector<std::string> why_no_program(const torch::jit::Module& module);

}  // namespace qtool
