#pragma once
#include <ATen/core/stack.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

#include "grid/qparams.h"

namespace qtool {

/// LibTorch's tensor of integers that carries scales; int8 storage whatever the bits.
[[nodiscard]] at::Tensor as_qint8(const at::Tensor& integers, const QParams& qparams);

/// Emits what as_qint8() does to integers, with scales in float32.
torch::jit::Value* emit_qint8(torch::jit::Graph& graph, torch::jit::Value* integers,
                              torch::jit::Value* scales, const QParams& qparams);

/// What the operator `prepack` makes of the arguments in the layout of the engine in use. Throws
/// Error(kUnquantizable) for the operator `where`, whose kernel refuses them.
[[nodiscard]] c10::IValue prepacked(const std::string& prepack, torch::jit::Stack arguments,
                                    const std::string& where);

}  // namespace qtool
