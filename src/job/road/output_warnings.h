#pragma once
#include <string>
#include <vector>

#include "measure/output_similarity.h"

namespace qtool {

/// What one number for a whole output does not tell: channels that varied in the reference and have become constant,
/// and where there are none a channel of less than 10 dB that hides behind at least 20 dB more of the whole.
/// `reference` and `model` are the names of both for people, e.g. `float`, `int8`.
[[nodiscard]] std::vector<std::string> output_warnings(const std::vector<OutputQuality>& outputs,
                                                       const std::string& reference,
                                                       const std::string& model);

}  // namespace qtool
