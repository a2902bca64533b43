#pragma once
#include <string>
#include <vector>

#include "report/job/report.h"

namespace qtool {

/// `[3, 224, 224]`
[[nodiscard]] std::string shape_text(const ReportInput& input);
/// `-2.118 to 2.64`
[[nodiscard]] std::string range_text(const ReportInput& input);
/// What arrived, a line for each input and each note: `input x: float32 [3, 224, 224], -2.118 to 2.64, mean 0.013,
/// standard deviation 1.02; conv1 takes 3 channels`.
[[nodiscard]] std::vector<std::string> data_lines(const std::vector<ReportInput>& inputs,
                                                  const std::vector<std::string>& notes);

}  // namespace qtool
