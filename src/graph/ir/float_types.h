#pragma once
/// The floating-point types that a model computes in besides float32.
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <vector>

namespace qtool {

/// What qtool computes in for `type`: float32 for half, bfloat16 and double, and its complex type for theirs; whatever
/// else it is for others.
[[nodiscard]] at::ScalarType computing_type(at::ScalarType type);

/// Half, bfloat16, double, and the complex types of them.
[[nodiscard]] bool is_other_float(at::ScalarType type);

/// Floating-point types of the tensors with at least one dimension that a graph reads, attributes and constants, each
/// once, the one with the most numbers first. `forward`: of `module`, with its calls inlined. What has no dimension
/// does not decide a result's type.
[[nodiscard]] std::vector<at::ScalarType> float_types_read(torch::jit::Graph& forward,
                                                           const torch::jit::Module& module);

}  // namespace qtool
