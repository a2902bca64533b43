#pragma once
#include <string>

#include "measure/metric.h"

namespace qtool {

/// `CPUFloatType[8, 3]`
[[nodiscard]] std::string type_and_shape(const at::Tensor& tensor);

/// Types and shapes of the first output and the first target, `CPUFloatType[8, 3], CPULongType[8]`.
[[nodiscard]] std::string first_shapes(const Answers& answers);

/// Throws Error(kUsage): outputs and targets are not what the metric is made for.
[[noreturn]] void refuse_answers(const Answers& answers, const std::string& where, const std::string& needs);

}  // namespace qtool
