#pragma once
#include <cstdint>
#include <string>

namespace qtool {

/// Size of a file in bytes. Throws Error(kUsage) where there is none.
[[nodiscard]] int64_t file_bytes(const std::string& path);

/// The most memory that this process has held at once, in bytes (resident set; pages of shared libraries
/// count).
[[nodiscard]] int64_t peak_rss_bytes();

}  // namespace qtool
