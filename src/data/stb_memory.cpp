#include "data/stb_memory.h"

#include <cstdint>
#include <cstdlib>

namespace qtool {
namespace {

struct Limit {
  size_t most = SIZE_MAX;
  bool met = false;
};
thread_local Limit limit;

}  // namespace

StbMemoryLimit::StbMemoryLimit(size_t most) { limit = {.most = most}; }
StbMemoryLimit::~StbMemoryLimit() { limit.most = SIZE_MAX; }
bool StbMemoryLimit::was_met() { return limit.met; }

void* stb_reallocate(void* block, size_t bytes) {
  if (bytes <= limit.most) return std::realloc(block, bytes);
  limit.met = true;
  return nullptr;
}

}  // namespace qtool
