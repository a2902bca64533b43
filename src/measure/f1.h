#pragma once
#include "measure/metric.h"

namespace qtool {

/// Macro F1 in percent: the mean over classes of 2 right / (2 right + wrong + missed), of the classes that are among
/// labels or predictions, as scikit-learn's f1_score(average="macro").
[[nodiscard]] std::unique_ptr<Metric> make_f1(const std::string& where);

}  // namespace qtool
