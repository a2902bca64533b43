#pragma once
#include <string>

namespace qtool {

/// Asserts that two calibration.json hold the same: to the byte where the GPU rounds as the CPU does, else each site's
/// number of values exactly, and its range but for rounding.
void check_same_statistics(const std::string& path, const std::string& expected_path);

}  // namespace qtool
