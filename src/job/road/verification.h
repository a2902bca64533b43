#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "graph/model.h"
#include "job/input/job_data.h"
#include "job/options/quantize_options.h"
#include "report/job/report.h"

namespace qtool {

/// Samples that run at once: as in calibration, so that verification needs no more memory.
inline constexpr int64_t kVerifiedBatch = 128;

/// What the ladder from float to int8 shows, and what there is to warn of.
struct Verification {
  ReportAccuracy accuracy;
  SimulatedVsInt8 simulated_vs_int8;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;  ///< of what the data leaves out
};

/// A model on the ladder.
struct LadderRung {
  std::string name;  ///< `float`, `folded`, ...
  Model* model;
  bool is_file = false;  ///< that was written: run as a client runs it
};

/// Runs every rung and the int8 file over the same test samples, in one pass. `rungs`: the float model first, the
/// simulation of int8 last. `output_step`: scale of what forward() returns first, 0 where that stays float.
[[nodiscard]] Verification verify(const std::vector<LadderRung>& rungs, Model& int8, double output_step,
                                  const QuantizeOptions& options, JobData& data, Progress& progress);

}  // namespace qtool
