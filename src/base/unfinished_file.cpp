#include "base/unfinished_file.h"

#include <limits.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

namespace qtool {
namespace {

constexpr int kPlaces = 8;

enum State { kFree, kBeingSet, kSet };

struct Place {
  std::atomic<int> state{kFree};
  char path[PATH_MAX] = {};
};
Place places[kPlaces];
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler reads it");

}  // namespace

UnfinishedFile::UnfinishedFile(const std::string& path) {
  if (path.size() >= sizeof places[0].path) return;
  for (int i = 0; i < kPlaces && place_ < 0; ++i) {
    int expected = kFree;
    if (places[i].state.compare_exchange_strong(expected, kBeingSet)) place_ = i;
  }
  if (place_ < 0) return;
  std::memcpy(places[place_].path, path.c_str(), path.size() + 1);
  places[place_].state = kSet;
}

UnfinishedFile::~UnfinishedFile() {
  if (place_ >= 0) places[place_].state = kFree;
}

void UnfinishedFile::remove_all() noexcept {
  for (const Place& place : places)
    if (place.state == kSet) unlink(place.path);
}

}  // namespace qtool
