#pragma once
#include <cstddef>
#include <cstdio>

namespace qtool {

/// Columns of the terminal that the stream is; 0 where it is none.
[[nodiscard]] size_t terminal_width(FILE* stream);

}  // namespace qtool
