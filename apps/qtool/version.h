#pragma once
#include <string>

namespace qtool {

/// qtool, LibTorch, its int8 engines and this processor's features, a line each.
[[nodiscard]] std::string version_text();

}  // namespace qtool
