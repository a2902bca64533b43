#pragma once
#include "measure/metric.h"

namespace qtool {

inline constexpr const char* kTokens =
    "a first output [samples, ..., tokens] in floating point, and targets [samples, ...] in whole numbers";

/// exp of the mean cross entropy of all tokens. The output holds logits along its last axis; see class_map.h for
/// targets that do not count.
[[nodiscard]] std::unique_ptr<Metric> make_perplexity(const std::string& where);
[[nodiscard]] bool has_tokens(const Answers& answers);

}  // namespace qtool
