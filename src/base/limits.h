#pragma once
/// How much a file may ask for: files come from anybody, and a small one can ask for all the memory that there is. Each
/// reader has its own sensible limit; --no-limits lifts all of them at once, for files that are trusted.
#include <cstdint>
#include <string>

namespace qtool {

/// For the whole process, before it reads anything.
void lift_limits() noexcept;

[[nodiscard]] bool limits_are_lifted() noexcept;

/// What is to be read, for a message.
struct SizedThing {
  std::string what = {};   ///< e.g. `the image`; the message goes on with `is too large`
  std::string where = {};  ///< its path
};
/// Throws Error(kUsage) where `bytes` are more than `limit`, unless limits are lifted.
void check_size(const SizedThing& thing, uint64_t bytes, uint64_t limit);

}  // namespace qtool
