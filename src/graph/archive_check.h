#pragma once
#include <string>

namespace qtool {

/// The first member of a zip file whose bytes do not give the checksum that the file has for it; empty where
/// all do. LibTorch reads the bytes without a look at their checksums, and would take a damaged weight for a
/// weight.
[[nodiscard]] std::string damaged_member(const std::string& path);

}  // namespace qtool
