#pragma once
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "calibrate/statistics.h"
#include "improve/batches.h"
#include "improve/improvement.h"
#include "solve/solution.h"

namespace qtool {

/// What became of one improvement.
struct ImprovementOutcome {
  std::string name = {};
  bool kept = false;
  std::string why = {};  ///< not kept, for people
  /// SQNR of the outputs without and with it, on samples that it has not seen; NaN where it was not tried.
  double before_db = std::numeric_limits<double>::quiet_NaN();
  double after_db = std::numeric_limits<double>::quiet_NaN();
  double seconds = 0;  ///< that it took, with its trial
};

/// All that there are, in the order in which they are tried: first those that keep the float model's function, then
/// those that choose integers, last those that mend what is left.
[[nodiscard]] std::span<const Improvement> improvements();

/// The rows that `names` (checked) ask for, in the order of the table. `auto` takes those for few bits where a weight
/// of the plan has them.
[[nodiscard]] std::vector<Improvement> chosen_improvements(const std::vector<std::string>& names,
                                                           const QuantPlan& plan);

/// A solution, with what calibration would see of its model, and what was tried on it.
struct Improved {
  Solution solution;
  Statistics statistics;
  std::vector<ImprovementOutcome> outcomes = {};
};

/// Tries each row on top of those that were kept, and keeps it where the simulated outputs come nearer to those of the
/// float model by 0.1 dB at least. What a row won is measured on samples that are held out of `batches`, which
/// none sees; with fewer than two samples none is tried. `first.statistics` are those that it was solved from.
[[nodiscard]] Improved improve(Improved first, const Batches& batches, Progress& progress,
                               std::span<const Improvement> rows);

}  // namespace qtool
