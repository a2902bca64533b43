#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace qtool {

/// Samples [...] of one shape as [N, ...]. Throws Error(kUsage) that names two which differ; `names` are what
/// messages call them.
[[nodiscard]] at::Tensor stack_samples(const std::vector<at::Tensor>& samples,
                                       const std::vector<std::string>& names);

/// `[3, 28, 32]`
[[nodiscard]] std::string shape_text(at::IntArrayRef shape);

}  // namespace qtool
