#pragma once
#include <string>

#include "export/target.h"

namespace qtool {

/// Loads a model back that qtool has just written. Throws Error(kUnquantizable) where that fails: the file is not to be
/// kept, and the fault is not the user's. `source` is the model that it was made of.
[[nodiscard]] Model load_back(const Target& target, const std::string& path, const std::string& source);
/// The same of a float model.
[[nodiscard]] Model load_back(const std::string& path, const std::string& source);

}  // namespace qtool
