#pragma once
#include <string>

#include "base/progress.h"
#include "graph/model.h"
#include "job/input/job_data.h"
#include "report/job/report.h"

namespace qtool {

/// Times both models side by side, as a client runs them, on one batch of the test split.
[[nodiscard]] ReportLatency compare_speed(Model& float_model, Model& int8_model, JobData& data,
                                          Progress& progress);

}  // namespace qtool
