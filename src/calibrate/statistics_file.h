#pragma once
#include <string>

#include "calibrate/statistics.h"

namespace qtool {

/// calibration.json: readable, versioned, the same bytes for the same statistics.
void write_statistics(const Statistics& statistics, const std::string& path);

/// Throws Error(kUsage), with file and site, where the file is not one of these or its numbers contradict
/// each other.
[[nodiscard]] Statistics read_statistics(const std::string& path);

}  // namespace qtool
