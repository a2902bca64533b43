#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "options/options.h"

namespace qtool {

struct LatencyOptions {
  std::vector<int64_t> batch = {1, 128};  ///< batch sizes
  int64_t warm_up = 10;                   ///< runs of each model that are not timed
  int64_t rounds = 10;                    ///< how often the models take turns
  int64_t runs = 10;                      ///< timed runs of a model in a round
};
template <class Visitor>
void describe(Visitor& v, LatencyOptions& o) {
  v.field("batch", o.batch, "batch sizes to time", at_least(1));
  v.field("warm_up", o.warm_up, "runs of each model before timing starts", at_least(0));
  v.field("rounds", o.rounds, "how often the models take turns", at_least(1));
  v.field("runs", o.runs, "timed runs of a model in each round", at_least(1));
}

/// What is timed. `prepare` gets a batch size and returns one run, so that making the input is not timed.
struct Timed {
  std::string name;
  std::function<std::function<void()>(int64_t batch)> prepare = {};
  /// Instead of `prepare` where another process times itself: milliseconds of each of so many runs.
  std::function<std::vector<double>(int64_t batch, int64_t runs)> elsewhere = {};
};

/// Wall-clock time of one run.
struct Latency {
  std::string name;
  int64_t batch = 0;
  int64_t runs = 0;
  double min_ms = 0;
  double lower_quartile_ms = 0;
  double median_ms = 0;
  double upper_quartile_ms = 0;
  /// Half of the middle of the runs lies within this share of the median.
  [[nodiscard]] double spread() const { return (upper_quartile_ms - lower_quartile_ms) / median_ms; }
};

/// Times all subjects side by side: for each batch size, every round runs each subject `runs` times before
/// the next round starts, so that a machine that slows down for a while slows all of them. What is timed elsewhere
/// comes last, in one go. Ordered by batch size as given, then by subject. Progress counts samples, and is told between
/// turns, where no time is taken.
[[nodiscard]] std::vector<Latency> measure_latency(std::span<const Timed> subjects,
                                                   const LatencyOptions& options, Progress& progress);

/// Quantile of ascending values, linear between neighbours (R-7, NumPy's default). `fraction` from 0 to 1.
[[nodiscard]] double quantile(std::span<const double> ascending, double fraction);

}  // namespace qtool
