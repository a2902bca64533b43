#pragma once
#include <string>

#include "job/bench.h"

namespace qtool {

/// What `qtool bench --json` prints.
[[nodiscard]] std::string to_json(const BenchResult& result);
/// What of it is in the text: rows without their operators, warnings. Strict, as JsonNode is.
[[nodiscard]] BenchResult read_bench_json(const std::string& text);

}  // namespace qtool
