#pragma once
#include <string>

#include "job/options/context.h"
#include "job/options/tune_options.h"
#include "report/tune/tune_report.h"

namespace qtool {

/// What tune leaves.
struct TuneResult {
  TuneReport report;
  std::string directory = {};  ///< where the files are
};

/// Exit code of a search that ended, or ran out of time, without a model that meets the target.
inline constexpr int kExitTargetMissed = 5;

/// Looks for the smallest or fastest model that loses no more than asked: measures what each layer costs at each number
/// of bits, and tries mixtures of them on the road of ptq, until the time is over or nothing is left to be tried. The
/// best one's files stand in the folder from the first trial on. A job that was stopped goes on where it was; throws
/// Error(kUsage) where the folder is of a search with other settings.
[[nodiscard]] TuneResult run_tune(const TuneOptions& options, const Context& context);

}  // namespace qtool
