#pragma once
#include "graph/model.h"

namespace qtool {

/// A canonical model as a client who wants speed runs it, for timing alone: weights are constants of the graph, and
/// LibTorch folds what it folds into them. No file is made of it. `canonical` is not changed; tensors are shared.
[[nodiscard]] Model frozen_for_speed(const Model& canonical);

}  // namespace qtool
