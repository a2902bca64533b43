#pragma once
#include <string>

#include "export/torchscript/engine.h"
#include "graph/view.h"

namespace qtool {

/// Why this operator must not be int8 in a file for the engine, or empty: that engine's kernel, or another's that a
/// client on the same processor may have, fails. All of these were found by running LibTorch 2.13: the kernel throws,
/// or gives another result than the operator defines. Tests run every operator on every engine.
[[nodiscard]] std::string objection_of(Engine engine, const OperatorView& op);

/// Why this layer's weight must not have more than 7 bits on the engine, or empty: FBGEMM's depthwise kernels add two
/// products of bytes in 16 bits and saturate. X86 hands layers of more than 100 groups to FBGEMM.
[[nodiscard]] std::string weight_limit_of(Engine engine, const OperatorView& op);

}  // namespace qtool
