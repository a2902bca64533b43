#pragma once
#include <optional>
#include <string>

#include "report/job/report.h"

namespace qtool {

/// A warning where training has made the int8 model clearly worse than the rung `ptq` that it began from: by a
/// metric in percent against targets beyond two standard errors of the difference; without one, as the float model is
/// what was learned, by 3 dB of SQNR.
[[nodiscard]] std::optional<std::string> training_verdict(const ReportAccuracy& accuracy);

}  // namespace qtool
