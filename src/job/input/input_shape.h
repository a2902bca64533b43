#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Shapes of one sample, e.g. {1, 28, 28}, with which the model runs: those of usual image sizes, and of vectors, that
/// fit its first weight. Several where it takes any size; none where it takes something else.
[[nodiscard]] std::vector<std::vector<int64_t>> input_shapes(Model& model);

/// `1x28x28`
[[nodiscard]] std::string shape_text(const std::vector<int64_t>& shape);

}  // namespace qtool
