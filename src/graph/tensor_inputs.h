#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace c10 {
struct Type;
}

namespace qtool {

/// Whether an argument of this type is one number, which a run takes from a tensor that holds it for each sample.
[[nodiscard]] bool is_number(const c10::Type& type);

/// Model::input_names(), for who is going to feed them. Throws Error(kUsage) by name and type where one is no tensor
/// and no number.
[[nodiscard]] std::vector<std::string> tensor_inputs(const Model& model);

}  // namespace qtool
