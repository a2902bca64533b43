#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <vector>

namespace qtool {

/// The tensors that are floating-point as `types` has them, in its order; all others as they are.
[[nodiscard]] std::vector<at::Tensor> as_types(const std::vector<at::Tensor>& tensors,
                                               const std::vector<at::ScalarType>& types);

/// Half or bfloat16: float32 has all their values.
[[nodiscard]] bool is_short_float(at::ScalarType type);

/// Whether a model whose tensors have these floating-point types computes in float32 alone.
[[nodiscard]] bool are_float32(const std::vector<at::ScalarType>& types);

[[nodiscard]] std::vector<at::ScalarType> types_of(const std::vector<at::Tensor>& tensors);

/// Types of what comes out for these inputs; nothing where they are refused.
using TrialRun =
    std::function<std::optional<std::vector<at::ScalarType>>(const std::vector<at::Tensor>& inputs)>;

/// The types that a model takes its inputs in, found by running it. `own`: the floating-point types of its tensors, the
/// most common one first, which is tried first; then float32; then mixtures. An input is float32 where that makes no
/// difference to the types of what comes out: the model casts it itself. Nothing where none of these runs.
[[nodiscard]] std::optional<std::vector<at::ScalarType>> types_taken(const std::vector<at::Tensor>& inputs,
                                                                     const std::vector<at::ScalarType>& own,
                                                                     const TrialRun& run);

}  // namespace qtool
