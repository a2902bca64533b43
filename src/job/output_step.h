#pragma once
#include "graph/model.h"

namespace qtool {

/// Scale of what forward() of a model.fakequant.pt returns first, or 0 where that is not on a grid.
[[nodiscard]] double output_step(const Model& simulated);

}  // namespace qtool
