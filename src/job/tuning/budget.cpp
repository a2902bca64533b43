#include "job/tuning/budget.h"

namespace qtool {

using Seconds = std::chrono::duration<double>;

Budget::Budget(Progress& progress, double seconds)
    : progress_(progress),
      end_(std::chrono::steady_clock::now() +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(Seconds(seconds))) {}

void Budget::stage(const std::string& name) {
  progress_.stage(name);
  check();
}

void Budget::update(int64_t done, int64_t total, const std::string& text) {
  progress_.update(done, total, text);
  check();
}

void Budget::check() const {
  if (Seconds(end_ - std::chrono::steady_clock::now()).count() <= kept_) throw OutOfTime();
}

}  // namespace qtool
