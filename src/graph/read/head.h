#pragma once
#include <string>

namespace qtool {

/// First bytes of the file; refuses what is no file at all.
[[nodiscard]] std::string head_of(const std::string& path);

}  // namespace qtool
