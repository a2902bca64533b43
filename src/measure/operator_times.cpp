#include "measure/operator_times.h"

#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>

namespace qtool {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

struct Recording {
  int64_t depth = 0;
  std::map<std::string, OperatorTime> by_name;
};
// Callbacks are plain functions, so what they record to is found through the thread that they run on. Threads of
// torch.jit.fork() inherit the callbacks and record nothing.
thread_local Recording* recording = nullptr;

struct Started : at::ObserverContext {
  Clock::time_point begin;
};

std::unique_ptr<at::ObserverContext> on_start(const at::RecordFunction&) {
  if (!recording) return nullptr;
  auto started = std::make_unique<Started>();
  ++recording->depth;
  started->begin = Clock::now();
  return started;
}

void on_end(const at::RecordFunction& function, at::ObserverContext* context) {
  if (!context) return;
  const double ms = ms_since(static_cast<Started*>(context)->begin);
  if (--recording->depth > 0) return;
  OperatorTime& entry = recording->by_name[function.name()];
  ++entry.calls;
  entry.total_ms += ms;
}

class Listening {
 public:
  explicit Listening(Recording& target)
      : handle_(at::addThreadLocalCallback(
            at::RecordFunctionCallback(on_start, on_end).scopes({at::RecordScope::FUNCTION}))) {
    recording = &target;
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() {
    at::removeCallback(handle_);
    recording = nullptr;
  }

 private:
  at::CallbackHandle handle_;
};

}  // namespace

OperatorTimes time_operators(const std::function<void()>& run, int64_t runs) {
  Recording recorded;
  OperatorTimes times;
  {
    const Listening listening(recorded);
    const auto begin = Clock::now();
    for (int64_t i = 0; i < runs; ++i) run();
    times.total_ms = ms_since(begin);
  }
  for (auto& [name, entry] : recorded.by_name) {
    entry.name = name;
    entry.share = entry.total_ms / times.total_ms;
    times.entries.push_back(entry);
  }
  std::stable_sort(times.entries.begin(), times.entries.end(),
                   [](const OperatorTime& a, const OperatorTime& b) { return a.total_ms > b.total_ms; });
  return times;
}

}  // namespace qtool
