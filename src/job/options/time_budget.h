#pragma once
#include <string>

namespace qtool {

/// Seconds of a text like `90s`, `30m`, `1.5h`. Throws Error(kUsage) where it is none, or not more than nothing.
[[nodiscard]] double seconds_of(const std::string& text, const std::string& where);

}  // namespace qtool
