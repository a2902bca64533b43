#pragma once
#include "job/quantize_options.h"

namespace qtool {

/// Opens the data that accuracy is measured on, before any work is done. Throws Error(kUsage) where a gate asks for
/// accuracy and the data has no labels, and whatever opening the data throws.
void check_gates_have_labels(const QuantizeOptions& options);

}  // namespace qtool
