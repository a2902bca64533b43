#pragma once
#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <vector>

#include "grid/scheme.h"

namespace qtool {

/// The integers of a weight as a file holds them. Those of 8 bits stay int8. Those of fewer are counted from the
/// scheme's lowest and stand one behind the other without a gap, the first in the lowest bits: eight of them in as many
/// bytes as they have bits, zeros behind the last. `integers` int64 [...] on the grid -> uint8 [bytes].
[[nodiscard]] at::Tensor pack_bits(const at::Tensor& integers, const QuantScheme& scheme);

/// Emits what makes int8 of `sizes` from what pack_bits() made, and returns its result.
torch::jit::Value* emit_unpacking(torch::jit::Graph& graph, torch::jit::Value* packed,
                                  const QuantScheme& scheme, const std::vector<int64_t>& sizes);

}  // namespace qtool
