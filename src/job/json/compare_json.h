#pragma once
#include <string>
#include <vector>

#include "job/compare.h"

namespace qtool {

/// What `qtool compare --json` prints.
[[nodiscard]] std::string to_json(const Comparison& result);
/// The gates of it alone. Strict, as JsonNode is.
[[nodiscard]] std::vector<GateResult> read_compare_gates(const std::string& text);

}  // namespace qtool
