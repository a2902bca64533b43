#pragma once
#include <string>
#include <string_view>

namespace qtool {

/// 64 lower-case hexadecimal digits (FIPS 180-4).
[[nodiscard]] std::string sha256(std::string_view bytes);
/// Of a file's contents, read piece by piece. Throws Error(kUsage) where it cannot be read.
[[nodiscard]] std::string sha256_file(const std::string& path);

}  // namespace qtool
