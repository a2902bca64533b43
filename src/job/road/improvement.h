#pragma once
#include "base/progress.h"
#include "improve/improve.h"
#include "job/input/job_data.h"
#include "job/options/quantize_options.h"
#include "job/road/quantization.h"
#include "solve/solution.h"

namespace qtool {

/// `first`, which was solved from what calibration saw, after those improvements of `options` that win, and what became
/// of each. They work on the samples that calibration takes; where the job has no data there are none, and none is
/// tried.
[[nodiscard]] Improved improve_on_data(Solution first, const Calibration& calibration,
                                       const Quantization& quantization, const QuantizeOptions& options,
                                       JobData& data, Progress& progress);

}  // namespace qtool
