#pragma once
#include <string>

#include "job/eval.h"

namespace qtool {

/// What `qtool eval --json` prints.
[[nodiscard]] std::string to_json(const EvalResult& result);
/// What of it is in the text: names and values of metrics, the number of samples, warnings. Strict, as JsonNode is.
[[nodiscard]] EvalResult read_eval_json(const std::string& text);

}  // namespace qtool
