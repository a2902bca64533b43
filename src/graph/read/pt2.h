#pragma once
#include <string>

#include "graph/model.h"

namespace qtool {

/// Whether the file is an archive of torch.export's: a zip with models/model.json, or with what says that it is one.
[[nodiscard]] bool is_pt2(const std::string& path, const std::string& head);

/// Reads what torch.export.save() has written, schema version 8, in training IR or decomposed. forward() takes the
/// tensors that the program takes, by their names, and gives what it gives (tuple, list, dict); tensors stand under the
/// paths that they had in Python, operators know the module that they come from. Throws Error(kUsage) that names what
/// cannot be read: another schema, a compiled package, pickled weights, custom objects, an unknown operator.
[[nodiscard]] Model read_pt2(const std::string& path);

}  // namespace qtool
