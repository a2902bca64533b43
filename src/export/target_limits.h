#pragma once
#include <vector>

#include "export/target.h"

namespace qtool {

/// What the kernels of all these targets can do, so that one plan is for each of them: of the bits of activations the
/// least, and what any of them objects to or wants. Where there are several, reasons begin with the target's name.
[[nodiscard]] Backend limits_of(const std::vector<const Target*>& targets, Engine engine);

}  // namespace qtool
