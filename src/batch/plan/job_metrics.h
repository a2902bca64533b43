#pragma once
/// From what a subcommand prints with --json to a row of a batch's summary. A text that is no JSON (the job died while
/// it printed) gives no metrics.
#include <string>

#include "batch/plan/tasks.h"

namespace qtool {

[[nodiscard]] JobMetrics quantization_metrics(
    const std::string& result_json);                                        ///< report.json of ptq and qat
[[nodiscard]] JobMetrics training_metrics(const std::string& result_json);  ///< accuracy on held-out data
[[nodiscard]] JobMetrics evaluation_metrics(const std::string& result_json);
/// Latency of the last model at the largest batch.
[[nodiscard]] JobMetrics bench_metrics(const std::string& result_json);
/// Only which limits are passed.
[[nodiscard]] JobMetrics comparison_metrics(const std::string& result_json);

}  // namespace qtool
