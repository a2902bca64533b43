#pragma once
#include <string>

#include "base/progress.h"
#include "job/options/context.h"
#include "job/options/ptq_options.h"
#include "job/road/quantize_result.h"

namespace qtool {

/// The whole road of post-training quantization: load, canonicalise, plan, calibrate, solve, simulate, lower,
/// verify, report. `resolved_config` becomes config.resolved.yaml.
[[nodiscard]] QuantizeResult run_ptq(const PtqOptions& options, const Context& context);

}  // namespace qtool
