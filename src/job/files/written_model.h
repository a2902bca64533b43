#pragma once
#include <string>

#include "base/error.h"
#include "graph/read/read_model.h"

namespace qtool {

/// Throws what load_back() does where a file could not be opened for `error`.
[[noreturn]] void refuse_own_file(const std::string& path, const std::string& source, const Error& error);

/// Loads a model back that qtool has just written. Throws Error(kUnquantizable) where that fails: the file is not to be
/// kept, and the fault is not the user's. `source` is the model that it was made of.
/// `open` reads the file: read_model() or a target's own.
template <class Opened = Model>
[[nodiscard]] Opened load_back(const std::string& path, const std::string& source,
                               Opened (*open)(const std::string&) = read_model) {
  try {
    return open(path);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage) throw;
    refuse_own_file(path, source, error);
  }
}

}  // namespace qtool
