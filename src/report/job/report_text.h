#pragma once
/// Words for what reports hold, the same in report.md and on the terminal.
#include <optional>
#include <string>

#include "report/job/report.h"

namespace qtool {

/// `91.97 %`, or `-`
[[nodiscard]] std::string percent_or_dash(const std::optional<double>& fraction);
/// `33.7`, or `exact` where there is no noise (infinite).
[[nodiscard]] std::string sqnr_text(double sqnr_db);
/// `0.01`, of channels that differ `0.01 to 0.02`, or `-`
[[nodiscard]] std::string scale_text(const ReportLayer& layer);

}  // namespace qtool
