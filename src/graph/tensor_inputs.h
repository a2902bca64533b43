#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Model::input_names(), for who is going to feed them. Throws Error(kUsage) by name and type where one is no tensor.
[[nodiscard]] std::vector<std::string> tensor_inputs(const Model& model);

}  // namespace qtool
