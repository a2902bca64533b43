#pragma once
#include "measure/metric.h"

namespace qtool {

inline constexpr const char* kSequences =
    "a first output [samples, ...] in whole numbers, or [samples, ..., tokens] in floating point, and "
    "targets "
    "[samples, ...] in whole numbers";

/// Share of the samples of which every token is the target's, in percent. The model's tokens are its first output, or
/// where that is in floating point its largest along the last axis. Negative targets do not count.
[[nodiscard]] std::unique_ptr<Metric> make_exact_match(const std::string& where);
[[nodiscard]] bool has_sequences(const Answers& answers);

}  // namespace qtool
