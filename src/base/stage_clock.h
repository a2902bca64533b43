#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"

namespace qtool {

/// Tells the progress of each stage's beginning, and keeps how long each took.
class StageClock {
 public:
  explicit StageClock(Progress& progress) : progress_(progress) {}
  void begin(const std::string& stage);
  /// Seconds of each stage so far, in order. Ends the current one.
  [[nodiscard]] std::vector<std::pair<std::string, double>> stages();

 private:
  void end();
  Progress& progress_;
  std::string current_;
  std::chrono::steady_clock::time_point start_;
  std::vector<std::pair<std::string, double>> finished_;
};

}  // namespace qtool
