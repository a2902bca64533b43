#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Whether `forward`, that of the module with its calls inlined, computes in another floating-point type than float32:
/// a tensor that it reads, of at least one dimension, has one, or the code casts to half or bfloat16. Numbers, and
/// casts of a float32 network to double, are no sign of it.
[[nodiscard]] bool computes_in_other_floats(torch::jit::Graph& forward, const torch::jit::Module& module);

/// Makes forward(), whose calls are inlined, compute in float32 what it computes in half, bfloat16 or double. In place:
///
///   tensors              parameters, buffers and all others of the module, and the constants of the graph
///   dtype arguments      of casts, and of whatever makes a tensor; those of whole numbers and bool stay
///   numbers              that float32 does not hold, e.g. the lowest double in an attention mask, become its ends
///   casts                of what is float32 then are dropped
///
///   %y = aten::linear(%x, %half, %b)   ->   %y = aten::linear(%x, %float, %b)
///   %z = aten::to(%y, 6, ...)               %s = aten::softmax(%y, %dim, 6)
///   %s = aten::softmax(%z, %dim, 5)
///
/// Throws Error(kUnquantizable) by name where a parameter is larger than float32 holds. TorchScript has no operator
/// that reads the bits of a type, x.view(dtype).
void compute_in_float32(torch::jit::Module& module);

}  // namespace qtool
