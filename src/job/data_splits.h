#pragma once
#include "data/spec.h"

namespace qtool {

/// The spec with `split` where it names none itself: calibration and training take the training split,
/// accuracy is measured on the test split.
[[nodiscard]] DataSpec spec_of_split(const std::string& text, Split split);

}  // namespace qtool
