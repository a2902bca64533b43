#include "base/stage_clock.h"

namespace qtool {

void StageClock::end() {
  if (current_.empty()) return;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
  finished_.emplace_back(current_, seconds.count());
  current_.clear();
}

void StageClock::begin(const std::string& stage) {
  end();
  progress_.stage(stage);
  current_ = stage;
  start_ = std::chrono::steady_clock::now();
}

std::vector<std::pair<std::string, double>> StageClock::stages() {
  end();
  return finished_;
}

}  // namespace qtool
