#pragma once
#include <cstdint>

#include "graph/model.h"

namespace qtool {

/// Numbers, not tensors.
[[nodiscard]] int64_t parameter_count(const Model& model);

}  // namespace qtool
