#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "job/input/job_data.h"
#include "job/road/verification.h"
#include "report/job/report.h"

namespace qtool {

/// Medians of one batch.
struct Speed {
  std::optional<ReportLatency> latency;                  ///< of float and `int8`, where there is one
  std::vector<std::pair<std::string, double>> files_ms;  ///< of all files, by their names
};

/// Times the float model as it was saved, the same folded and frozen, and the files side by side, as a client runs
/// them, on one batch of the test split.
[[nodiscard]] Speed compare_speed(const LadderRung& saved, const LadderRung& folded,
                                  const std::vector<LadderRung>& files, JobData& data, Progress& progress);

}  // namespace qtool
