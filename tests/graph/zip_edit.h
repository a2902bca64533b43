#pragma once
#include <functional>
#include <string>

namespace qtool {

/// Writes the zip file `from` again as `to`, with the text of each member changed by `edit`, which gets its name
/// and returns what to write; members for which it returns an empty text are left out. Checksums are right.
void edit_zip(const std::string& from, const std::string& to,
              const std::function<std::string(const std::string& name, const std::string& text)>& edit);

}  // namespace qtool
