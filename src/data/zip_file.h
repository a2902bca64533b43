#pragma once
#include <memory>
#include <string>
#include <vector>

#include "data/byte_source.h"

namespace qtool {

/// A member of a zip file, in the order in which the file lists them.
struct ZipMember {
  std::string name;
  std::shared_ptr<ByteSource> bytes;
};

/// The members of a zip file. Those that are stored are read in place; packed ones are unpacked once, as far
/// as they are read. Throws Error(kUsage) where the file is no whole zip file, a member does not have its checksum, or
/// has more bytes when it is unpacked than `most_bytes` (data/unpacked_size.h).
[[nodiscard]] std::vector<ZipMember> open_zip(const std::string& path, uint64_t most_bytes);

/// The last of these checks alone, for a file that something else is going to read: what is no zip file passes.
void check_zip_sizes(const std::string& path, uint64_t most_bytes);

}  // namespace qtool
