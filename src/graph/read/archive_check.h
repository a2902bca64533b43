#pragma once
#include <string>

namespace qtool {

/// Whether the first bytes of a file are those of a zip file.
[[nodiscard]] inline bool is_zip(const std::string& head) { return head.starts_with("PK\x03\x04"); }

/// The first member of a zip file whose bytes do not give the checksum that the file has for it; empty where
/// all do. LibTorch reads the bytes without a look at their checksums, and would take a damaged weight for a
/// weight.
[[nodiscard]] std::string damaged_member(const std::string& path);

/// Whether a zip file has a member of this name in its root folder, by its directory alone.
[[nodiscard]] bool archive_holds(const std::string& path, const std::string& name);

/// What makes a zip file no archive of PyTorch's: damaged members, two of one name, members that lie in each other, or
/// that unpack to far more than a model is. Empty where nothing does.
[[nodiscard]] std::string flaw_of_archive(const std::string& path);

}  // namespace qtool
