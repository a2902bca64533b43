#pragma once
#include <optional>
#include <string>
#include <vector>

#include "job/options/context.h"
#include "job/options/tune_options.h"
#include "job/road/quantization.h"
#include "job/tuning/budget.h"
#include "job/tuning/screen.h"
#include "report/tune/tune_report.h"
#include "tune/search.h"

namespace qtool {

// What a search writes into its folder, besides the files of its best model.
inline constexpr const char* kTuneFile = "tune.json";
inline constexpr const char* kTuneMarkdownFile = "tune.md";
inline constexpr const char* kTunePageFile = "tune.html";
inline constexpr const char* kRecipeFile = "recipe.yaml";

/// What a search has to work with.
struct TuneTask {
  const TuneOptions& options;
  const Context& context;
  JobData& data;
  at::Device device;
  Quantization& start;             ///< planned by the job's recipe; trials plan it anew
  const Calibration& calibration;  ///< of that plan
  Budget& budget;
};

/// Carries out a search: makes each model that it wants to see, remembers what came of it, and keeps the best one's
/// files in the folder, each file whole at any time. After each step tune.json has all that is known, so that the same
/// job goes on where this one was stopped.
class Tuner {
 public:
  /// Takes up what `known` tells, of an earlier run of the same job.
  Tuner(const TuneTask& task, TuneReport known);

  /// Each does nothing that is known already. The first two take the time that they need, so that there is a model.
  void choose_calibrator();
  void try_baseline();
  void measure();
  void look_for_less();

  /// Where the best that is known does not stand in the folder, because that was changed or the target is another one:
  /// makes it again.
  void restore_best();

  [[nodiscard]] const TuneReport& report() const { return report_; }

 private:
  struct Solved;
  bool meets_target(const std::vector<int64_t>& bits, Effort effort, Progress& progress);
  [[nodiscard]] const TuneTrial* known_trial(const std::vector<int64_t>& bits, Effort effort) const;
  [[nodiscard]] bool is_refused(const TuneTrial& trial) const;
  [[nodiscard]] Recipe recipe_of_bits(const std::vector<int64_t>& bits) const;
  Solved solve(const Recipe& recipe, bool quick, Progress& progress);
  void write(TuneTrial& trial, const Recipe& recipe, Solved& solved);
  void record(TuneTrial trial);
  [[nodiscard]] bool is_better(const TuneTrial& a, const TuneTrial& b) const;
  [[nodiscard]] std::vector<int64_t> untuned() const;
  void save() const;

  const TuneTask task_;
  const QuantPlan calibrated_;  ///< the plan that calibration looked at
  TuneReport report_;
  Screen screen_;
};

}  // namespace qtool
