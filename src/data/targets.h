#pragma once
#include <ATen/core/Tensor.h>

#include <string>

namespace qtool {

/// Whether the array of this name holds targets, not inputs: `labels`, `targets` or `target_NAME`.
[[nodiscard]] bool is_target_name(const std::string& name);

/// Whether a target of this type and number of axes can be class labels: whole numbers [N].
[[nodiscard]] bool could_be_labels(at::ScalarType dtype, size_t dimensions);

/// Throws Error(kUsage) where an array is called `labels` and could_be_labels() denies it.
void require_labels(const std::string& name, at::ScalarType dtype, size_t dimensions,
                    const std::string& where);

/// As Batch::targets have it: whole numbers int64, floating point float32.
[[nodiscard]] at::Tensor as_target(const at::Tensor& stored);

}  // namespace qtool
