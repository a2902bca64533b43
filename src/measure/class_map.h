#pragma once
#include <ATen/core/Tensor.h>

#include <string>

namespace qtool {

/// Targets as class numbers, int64 and contiguous on the CPU, with -1 where the target does not count: it is negative,
/// or 255, as in masks of Pascal VOC, where there is no such class. Throws Error(kUsage) that names the sample for
/// other numbers that are no class. `first_sample` is the number of the first row in messages, `where` names the data.
[[nodiscard]] at::Tensor class_map(const at::Tensor& targets, int64_t classes, const std::string& where,
                                   int64_t first_sample);

/// Whether `targets` are whole numbers, of the shape of the scores [N, ...] without their axis `axis` of classes.
[[nodiscard]] bool is_class_map(const at::Tensor& targets, const at::Tensor& scores, int64_t axis);

}  // namespace qtool
