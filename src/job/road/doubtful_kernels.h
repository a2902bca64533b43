#pragma once
#include <string>
#include <vector>

#include "job/input/job_data.h"
#include "job/options/quantize_options.h"
#include "job/road/quantization.h"
#include "job/road/regions.h"
#include "solve/solution.h"

namespace qtool {

/// Those of the layers whose int8 kernels compute something else here than the simulation says, in the target's file,
/// each with the reason. Each is tried with all samples at once and with one, since kernels choose by size, and with
/// the others in float where no cut parts them. `sample`: a batch of inputs of the whole model; `folder`: of the job,
/// for files that do not stay.
[[nodiscard]] KeptFloat wrong_kernels(const Solution& solution, const std::vector<std::string>& layers,
                                      const std::vector<at::Tensor>& sample, const Target& target,
                                      const std::string& folder, const SolveAgain& again);

/// The solution itself, or where kernels that are doubtful on this processor (Backend::is_doubtful) turn out to be
/// wrong one without them, which the options' recipe skips then. Without data nothing is tried.
[[nodiscard]] Solution with_right_kernels(Solution first, const Quantization& start,
                                          const Statistics& statistics, QuantizeOptions& options,
                                          JobData& data);

}  // namespace qtool
