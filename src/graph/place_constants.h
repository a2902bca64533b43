#pragma once
#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Fits a graph that was traced or scripted on the CPU for another device: the devices that are written in it become that one,
/// so that zeros() and arange() make their tensors there, and its constant tensors are copied there. Those that our own
/// operators read stay (simulate/fake_quant_ops.h).
void place_constants(torch::jit::Graph& graph, at::Device device);

}  // namespace qtool
