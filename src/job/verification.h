#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "job/quantization.h"
#include "report/report.h"

namespace qtool {

/// What the ladder float -> folded -> simulated -> int8 shows, and what there is to warn of.
struct Verification {
  ReportAccuracy accuracy;
  SimulatedVsInt8 simulated_vs_int8;
  std::vector<std::string> warnings;
};

/// Loads the written int8 file back and runs every rung over the same test samples, in one pass.
[[nodiscard]] Verification verify(Quantization& quantization, const std::vector<QParams>& qparams,
                                  Model& simulated, const std::string& int8_path, const PtqOptions& options,
                                  Progress& progress);

}  // namespace qtool
