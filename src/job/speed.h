#pragma once
#include <string>

#include "job/ptq_options.h"
#include "report/report.h"

namespace qtool {

/// Times both files side by side, as a client runs them, on one batch of the test data.
[[nodiscard]] ReportLatency compare_speed(const std::string& float_path, const std::string& int8_path,
                                          const PtqOptions& options);

}  // namespace qtool
