#pragma once
#include <string>
#include <vector>

#include "report/job/report.h"

namespace qtool {

/// Files for runtimes side by side, the same in report.md and on the terminal: titles, then a row for each file. Empty
/// where there are no two.
[[nodiscard]] std::vector<std::vector<std::string>> target_table(const Report& report);

/// `1 step`, or where the output stays float the difference itself.
[[nodiscard]] std::string off_by_text(const SimulatedVsInt8& difference);

}  // namespace qtool
