#pragma once
#include "measure/metric.h"

namespace qtool {

inline constexpr const char* kMapsOfClasses =
    "a first output [samples, classes, ...] in floating point, and targets [samples, ...] in whole numbers";

/// Mean intersection over union, in percent: over the classes that are in targets or predictions, of right / (right +
/// wrong + missed) over all samples. A prediction is the largest output along axis 1; see class_map.h for targets that
/// do not count.
[[nodiscard]] std::unique_ptr<Metric> make_miou(const std::string& where);
[[nodiscard]] bool has_miou(const Answers& answers);

}  // namespace qtool
