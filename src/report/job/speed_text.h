#pragma once
#include <string>

#include "report/job/report.h"

namespace qtool {

/// `3.9 times smaller`; where the ratio is below one, `1.2 times larger`.
[[nodiscard]] std::string times_text(double ratio, const char* better, const char* worse);

/// `5.9 times faster (3.1 than float folded and frozen)`.
[[nodiscard]] std::string speed_text(const ReportLatency& latency);

/// A sentence that stands first wherever a job's result is told, with what to do: int8 is slower than float, as it was
/// saved or folded and frozen. Empty where it is not.
[[nodiscard]] std::string slower_text(const Report& report);

}  // namespace qtool
