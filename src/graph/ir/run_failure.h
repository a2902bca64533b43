#pragma once
#include <string>

namespace qtool {

/// The sentence of a LibTorch message that says what is wrong: its last line that is neither a C++ frame nor source
/// code.
[[nodiscard]] std::string essence(const std::string& message);

/// The line of the source that a LibTorch message points to; empty where it points to none.
[[nodiscard]] std::string blamed_line(const std::string& message);

}  // namespace qtool
