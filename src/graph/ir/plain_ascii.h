#pragma once
#include <string>

namespace qtool {

/// The path with what is not ASCII, and %, written as %XX, one for each byte. LibTorch reads attributes of other names,
/// but writes code for them that it cannot read back (2.13: it prints the bytes of a name as if they were signed).
[[nodiscard]] std::string plain_ascii(const std::string& path);

}  // namespace qtool
