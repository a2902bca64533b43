#pragma once
#include "plan/plan.h"

namespace qtool {

/// What oneDNN's kernels for plain tensors can do on this processor, with this LibTorch.
[[nodiscard]] Backend onednn_backend();

}  // namespace qtool
