#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "job/input/job_data.h"
#include "job/options/quantize_options.h"
#include "measure/agreement.h"
#include "report/job/report.h"

namespace qtool {

/// Samples that run at once: as in calibration, so that verification needs no more memory.
inline constexpr int64_t kVerifiedBatch = 128;

/// Of the file that gates, headline and charts speak of.
inline constexpr const char* kInt8Rung = "int8";

/// A model on the ladder.
struct LadderRung {
  std::string name;                 ///< `float`, `folded`, ..., `int8`
  std::vector<std::string> inputs;  ///< names of what it takes
  std::function<std::vector<at::Tensor>(const std::vector<at::Tensor>&)> run;
  at::ScalarType computes_in = at::kFloat;  ///< the floating-point type that most of its tensors have
};

/// What the ladder from float to the files shows, and what there is to warn of.
struct Verification {
  ReportAccuracy accuracy;
  std::vector<SimulatedVsInt8> files;  ///< each against the simulation, in their order
  std::vector<std::string> warnings;
  std::vector<std::string> notes;  ///< of what the data leaves out
};

/// Runs every rung and every file over the same test samples, in one pass. `rungs`: the float model first, the
/// simulation last. `files`: what was written for runtimes, of which `int8` is the one that the drop is of; none where
/// nothing can be run here. `output_step`: scale of what forward() returns first, 0 where that stays float.
[[nodiscard]] Verification verify(const std::vector<LadderRung>& rungs, const std::vector<LadderRung>& files,
                                  double output_step, const QuantizeOptions& options, JobData& data,
                                  Progress& progress);

/// The warning of a file that has another top-1 than its simulation more often than ties explain.
[[nodiscard]] std::optional<std::string> top1_warning(const std::string& file,
                                                      const Agreement& with_simulation);

/// How a file that computes on a grid of this step differs from its simulation.
[[nodiscard]] SimulatedVsInt8 difference_in_steps(const Agreement& with_simulation, double output_step);

}  // namespace qtool
