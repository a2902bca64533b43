#pragma once
#include <string>

#include "graph/read/read_model.h"

namespace qtool {

/// Loads a model back that qtool has just written. Throws Error(kUnquantizable) where that fails: the file is not to be
/// kept, and the fault is not the user's. `source` is the model that it was made of.
/// `open` reads the file: read_model() or a target's own.
[[nodiscard]] Model load_back(const std::string& path, const std::string& source,
                              Model (*open)(const std::string&) = read_model);

}  // namespace qtool
