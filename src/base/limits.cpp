#include "base/limits.h"

#include <atomic>

#include "base/error.h"

namespace qtool {
namespace {

std::atomic<bool> lifted{false};

std::string size_text(uint64_t bytes) {
  constexpr uint64_t kMega = 1'000'000;
  return bytes < 10 * kMega ? std::to_string(bytes) + " bytes" : std::to_string(bytes / kMega) + " MB";
}

}  // namespace

void lift_limits() noexcept { lifted.store(true, std::memory_order_relaxed); }
bool limits_are_lifted() noexcept { return lifted.load(std::memory_order_relaxed); }

void check_size(const SizedThing& thing, uint64_t bytes, uint64_t limit) {
  if (bytes <= limit || limits_are_lifted()) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = thing.what + " is too large",
       .where = thing.where,
       .got = size_text(bytes),
       .expected = "at most " + size_text(limit),
       .fix = "check that it is the right file; --no-limits reads files of any size, if you trust them"});
}

}  // namespace qtool
