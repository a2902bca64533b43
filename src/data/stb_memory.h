#pragma once
#include <cstddef>

namespace qtool {

/// While it lives, no single block that stb_image takes in this thread is larger than `most`: what a damaged file says
/// of itself is no reason to take memory.
class StbMemoryLimit {
 public:
  explicit StbMemoryLimit(size_t most);
  ~StbMemoryLimit();
  StbMemoryLimit(const StbMemoryLimit&) = delete;
  StbMemoryLimit& operator=(const StbMemoryLimit&) = delete;
  [[nodiscard]] static bool was_met();  ///< since the last limit of this thread was set
};

/// As realloc(); null beyond the limit.
[[nodiscard]] void* stb_reallocate(void* block, size_t bytes);

}  // namespace qtool
