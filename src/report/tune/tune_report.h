#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "measure/metric_info.h"

namespace qtool {

/// One way to hold the weight of a layer, and what it was found to cost.
struct TuneChoice {
  int64_t bits = 0;  ///< 0: the layer stays float
  /// That it adds to the outputs: its power, in parts of the signal's; infinite where they are no numbers any more.
  /// Empty: not measured yet.
  std::optional<double> noise = {};
  int64_t bytes = 0;
};

/// A layer whose precision was searched for.
struct TuneLayer {
  std::string name = {};
  std::string kind = {};  ///< of the operator
  int64_t weights = 0;
  std::vector<TuneChoice> choices = {};  ///< from float down
};

/// What a calibrator's ranges gave with all weights as the job has them.
struct TuneCalibrator {
  std::string name = {};
  double sqnr_db = 0;
};

/// What a result lost, in the unit of TuneReport::metric (of percents: in points).
struct TuneDrop {
  double value = 0;
  std::optional<double> low = {}, high = {};  ///< 95 % confidence interval
  int64_t samples = 0;
};

/// One model that was tried.
struct TuneTrial {
  std::vector<int64_t> bits = {};  ///< of each layer of TuneReport::layers
  bool quick = false;              ///< without the improvements that take long
  TuneDrop simulated = {};         ///< on some of the samples
  /// Of the file that was written of it, on all samples; empty where `simulated` was enough to refuse it.
  std::optional<TuneDrop> drop = {};
  std::optional<int64_t> bytes = {};  ///< of that file
  std::optional<double> latency_ms = {};
  std::string sha256 = {};  ///< of that file
  double seconds = 0;
  /// The drop that is known best.
  [[nodiscard]] const TuneDrop& known() const { return drop ? *drop : simulated; }
};

/// A search for the smallest, or fastest, model that loses no more than asked, as far as it has come.
struct TuneReport {
  std::vector<std::pair<std::string, std::string>> identity = {};  ///< what the search depends on, by name
  std::string model = {};
  std::string data = {};
  MetricInfo metric = {};  ///< that the drops are of
  double max_drop = 0;
  int64_t float_bytes = 0;
  std::string calibrator = {};  ///< that all trials have
  std::vector<TuneCalibrator> calibrators = {};
  std::vector<TuneLayer> layers = {};
  std::vector<TuneTrial> trials = {};  ///< in their order; the first is the job's recipe with nothing tuned
  std::optional<size_t> best = {};     ///< the trial whose files stand in the folder
  bool finished = false;               ///< whether nothing is left to be tried

  /// By the drop that is known best.
  [[nodiscard]] bool seems_to_meet(const TuneTrial& trial) const { return trial.known().value <= max_drop; }
  /// With a file.
  [[nodiscard]] bool meets(const TuneTrial& trial) const { return trial.drop && seems_to_meet(trial); }
  [[nodiscard]] bool is_met() const { return best && meets(trials[*best]); }
};

/// Places of the trials with a file that no other one beats in drop and bytes, by bytes.
[[nodiscard]] std::vector<size_t> tune_front(const TuneReport& report);

/// What became of a trial, for people: `best`, `loses too much`, ...
[[nodiscard]] std::string tune_verdict(const TuneReport& report, size_t trial);

/// `top-1: 0.31 points lost, at most 0.50 asked for; 52.1 kB, 0.52 of the untuned file; 23 trials, more to try.`
[[nodiscard]] std::string tune_headline(const TuneReport& report);

[[nodiscard]] std::string tune_json(const TuneReport& report);
/// What tune_json() wrote. Throws Error(kUsage) where it is something else; `path` is for messages.
[[nodiscard]] TuneReport read_tune_report(const std::string& text, const std::string& path);
[[nodiscard]] std::string tune_markdown(const TuneReport& report);
[[nodiscard]] std::string tune_html(const TuneReport& report);

}  // namespace qtool
