#pragma once
#include <cstddef>
#include <cstdio>
#include <string>

namespace qtool {

/// Columns of the terminal that the stream is; 0 where it is none.
[[nodiscard]] size_t terminal_width(FILE* stream);

/// Unless NO_COLOR is set to something (https://no-color.org).
[[nodiscard]] bool wants_color();

/// Columns that a UTF-8 text takes.
[[nodiscard]] size_t shown_width(const std::string& text);
/// The first characters and an ellipsis, where the text is wider.
[[nodiscard]] std::string cut(const std::string& text, size_t width);

}  // namespace qtool
