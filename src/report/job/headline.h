#pragma once
#include <string>

#include "report/job/report.h"

namespace qtool {

/// The file's name and what became of it: `net.pt in int8`.
[[nodiscard]] std::string report_title(const Report& report);

/// The result in one sentence, e.g. `3.9 times smaller, 5.9 times faster (3.1 than float folded and frozen), 0.02
/// points lost (95 % interval -0.20 to 0.20); all 2 gates passed.` Where int8 is slower than float, one that
/// says so stands before it.
[[nodiscard]] std::string headline(const Report& report);

}  // namespace qtool
