#pragma once
#include <string>

#include "base/progress.h"
#include "graph/model.h"
#include "report/job/report.h"

namespace qtool {

/// Times both models side by side, as a client runs them, on one batch of the test split of `data`.
[[nodiscard]] ReportLatency compare_speed(Model& float_model, Model& int8_model, const std::string& data,
                                          Progress& progress);

}  // namespace qtool
