#include "base/interrupt.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/error.h"

namespace qtool {
namespace {

std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");

constexpr int64_t kLeast = 5, kMost = 600;  // seconds of patience
constexpr int64_t kTimes = 3;
std::atomic<int64_t> asked_last{0}, longest_pause{0};  // in ns
static_assert(std::atomic<int64_t>::is_always_lock_free, "a signal handler reads it");

void note_question() noexcept {
  const int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
  const int64_t before = asked_last.exchange(now, std::memory_order_relaxed);
  if (before != 0 && now - before > longest_pause.load(std::memory_order_relaxed))
    longest_pause.store(now - before, std::memory_order_relaxed);
}

}  // namespace

void request_interrupt() noexcept { requested.store(true, std::memory_order_relaxed); }

bool interrupt_requested() noexcept {
  note_question();
  if (!requested.load(std::memory_order_relaxed)) return false;
  alarm(0);  // somebody knows now, and may take the time to save
  return true;
}

void clear_interrupt() noexcept { requested.store(false, std::memory_order_relaxed); }

unsigned interrupt_patience() noexcept {
  const int64_t pause = longest_pause.load(std::memory_order_relaxed) / 1'000'000'000;
  return unsigned(std::min(kLeast + kTimes * pause, kMost));
}

void throw_if_interrupted() {
  if (interrupt_requested())
    throw Error(ErrorKind::kInterrupted,
                {.what = "interrupted", .fix = "run the same command again; finished files are kept"});
}

}  // namespace qtool
