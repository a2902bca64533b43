#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <string>

#include "export/lowering/stored_state.h"
#include "grid/qparams.h"

namespace qtool {

/// The packed weight that the int8 form of a convolution or linear node reads, from `weight` float32, `bias`
/// float32 or undefined, and the node's constant arguments. Throws Error(kUnquantizable), with the operator's
/// name, where the engine in use refuses them.
[[nodiscard]] c10::IValue pack_weight(const torch::jit::Node* node, const at::Tensor& weight,
                                      const at::Tensor& bias, const QParams& qparams);

/// Likewise, as what a file holds at the bits of the weight, and packs when it is loaded: forward() reads
/// `packed_weight` of it, at `path`.
[[nodiscard]] StoredState stored_packed_weight(const std::string& path, const torch::jit::Node* node,
                                               const at::Tensor& weight, const at::Tensor& bias,
                                               const QParams& qparams);

}  // namespace qtool
