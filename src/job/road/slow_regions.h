#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "job/input/job_data.h"
#include "job/options/quantize_options.h"
#include "job/road/quantization.h"
#include "job/road/regions.h"
#include "plan/recipe.h"
#include "report/job/report.h"
#include "solve/solution.h"

namespace qtool {

/// What is worth int8: so many times as fast as in float. Less is noise, or has lost accuracy for nothing.
inline constexpr double kWorthInt8 = 1.02;

/// Times each region as the target's file, with the steps from and to float, against the same region in float, frozen.
/// `folder`: of the job, for files that do not stay.
[[nodiscard]] std::vector<ReportRegion> time_regions(const std::vector<Region>& regions, const Target& target,
                                                     const std::string& folder, Progress& progress);

/// The solution with those regions in float that are not `worth` times as fast in int8, or those of their layers alone
/// that are much slower; and what was left in float.
struct FastSolution {
  Solution solution;
  KeptFloat kept_float;
};
[[nodiscard]] FastSolution without_slow_regions(Solution solution, const std::vector<at::Tensor>& sample,
                                                const Target& target, const std::string& folder,
                                                const SolveAgain& again, Progress& progress,
                                                double worth = kWorthInt8);

/// Samples that regions are timed on.
inline constexpr int64_t kSamplesOfRegions = 8;

/// The solution itself, or where the options prefer speed without its slow regions, which the options' recipe skips
/// then. Throws Error(kUsage) where the first target's files do not run here.
[[nodiscard]] Solution as_preferred(Solution first, const Quantization& start, const Statistics& statistics,
                                    QuantizeOptions& options, JobData& data, Progress& progress);

/// The regions that are not worth int8. Of a model that is not slow they are looked for where that is soon done. Where
/// a region cannot be run by itself, there are none, and `warnings` has why.
[[nodiscard]] std::vector<ReportRegion> slow_regions(const Solution& solution, const Target& target,
                                                     const QuantizeOptions& options,
                                                     const std::vector<at::Tensor>& sample, bool is_slow,
                                                     std::vector<std::string>& warnings, Progress& progress);

}  // namespace qtool
