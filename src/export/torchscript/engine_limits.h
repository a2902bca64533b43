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

/// Whether oneDNN's int8 kernel of this convolution may be wrong on a processor with AMX. oneDNN 3.12 puts a kernel's
/// columns and a group's channels in one row of a tile where there are few of them, and for some sizes of weights and
/// inputs reads its weights in another order than they are packed in. Without groups square kernels of 3 and of 5
/// columns were right in all of 784 sizes: 1 to 64 channels to 16 to 96, strides 1 and 2.
[[nodiscard]] bool is_doubtful_with_amx(const OperatorView& op);

}  // namespace qtool
