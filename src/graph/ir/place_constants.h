#pragma once
#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace qtool {

/// Fits a graph that was traced or scripted on the CPU for another device: the devices that are written in it become
/// that one, so that zeros() and arange() make their tensors there, and its constant tensors are copied there. Those
/// that our own operators read stay (qat/fake_quant_ops.h).
void place_constants(torch::jit::Graph& graph, at::Device device);

/// Makes the devices that are written in a module's code and attributes the CPU, where they are none that a CPU can
/// stand in for (meta). Returns one of those that stood there, e.g. `cuda:0`; empty: none did.
[[nodiscard]] std::string put_on_cpu(torch::jit::Module& module);

}  // namespace qtool
