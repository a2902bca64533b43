#pragma once
#include <string>

#include "base/progress.h"
#include "job/common_options.h"
#include "job/ptq_options.h"
#include "job/quantize_result.h"

namespace qtool {

/// The whole road of post-training quantization: load, canonicalise, plan, calibrate, solve, simulate, lower,
/// verify, report. `resolved_config` becomes config.resolved.yaml.
[[nodiscard]] QuantizeResult run_ptq(const PtqOptions& options, const CommonOptions& common,
                                     const std::string& resolved_config, Progress& progress);

}  // namespace qtool
