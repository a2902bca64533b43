#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Names of the values in a canonical model's forward() that operators draw at random, in their order: it answers
/// otherwise each time.
[[nodiscard]] std::vector<std::string> random_operators(const Model& canonical);

}  // namespace qtool
