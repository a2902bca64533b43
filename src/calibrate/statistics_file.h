#pragma once
#include <string>

#include "calibrate/statistics.h"

namespace qtool {

/// calibration.json: readable, versioned, the same bytes for the same statistics.
void write_statistics(const Statistics& statistics, const std::string& path);

/// What such a file holds.
[[nodiscard]] std::string statistics_text(const Statistics& statistics);

/// Throws Error(kUsage), with file and site, where the file is not one of these or its numbers contradict
/// each other.
[[nodiscard]] Statistics read_statistics(const std::string& path);
/// The same for the text of a file; `path` names it in errors.
[[nodiscard]] Statistics parse_statistics(const std::string& text, const std::string& path);

}  // namespace qtool
