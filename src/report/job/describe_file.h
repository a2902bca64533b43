#pragma once
#include <string>

#include "report/job/report.h"

namespace qtool {

/// Size and hash of `directory`/`name`. Throws Error(kUsage) where it cannot be read.
[[nodiscard]] ReportFile describe_file(const std::string& directory, const std::string& name);

}  // namespace qtool
