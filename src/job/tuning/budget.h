#pragma once
#include <chrono>
#include <string>

#include "base/progress.h"

namespace qtool {

/// Ends a trial; what was finished before stays.
struct OutOfTime {};

/// Passes progress on, and throws OutOfTime once its time is over. Work that reports no progress is not stopped.
class Budget : public Progress {
 public:
  Budget(Progress& progress, double seconds);
  void stage(const std::string& name) override;
  void update(int64_t done, int64_t total, const std::string& text) override;
  /// Ends so many seconds earlier than at first: what comes after it takes as long.
  void keep_back(double seconds) { kept_ = seconds; }
  void check() const;

 private:
  Progress& progress_;
  std::chrono::steady_clock::time_point end_;
  double kept_ = 0;
};

}  // namespace qtool
