#pragma once
#include <cstdint>
#include <string>

#include "data/spec.h"

namespace qtool {

/// The most bytes that one picture, or one packed file, of this data may have when it is unpacked: as the spec says, or
/// enough for what people have. A few packed megabytes could be gigabytes.
[[nodiscard]] uint64_t most_unpacked_bytes(const DataSpec& spec);

/// Throws Error(kUsage) that names the key which raises the limit where `bytes` are more than `most`.
void check_unpacked_size(uint64_t bytes, uint64_t most, const std::string& where);

}  // namespace qtool
