#pragma once
#include <string>

#include "data/byte_source.h"

namespace qtool {

[[nodiscard]] inline std::string read(ByteSource& source, uint64_t offset, size_t count) {
  std::string bytes(count, '\0');
  source.read(offset, bytes.data(), count);
  return bytes;
}

}  // namespace qtool
