#pragma once
/// For .cpp files that write JSON.
#include <nlohmann/json_fwd.hpp>

#include "measure/evaluate.h"

namespace qtool {

/// The metrics that were measured.
[[nodiscard]] nlohmann::ordered_json metrics_json(const Evaluation& evaluation);
/// Their values, by the metrics' names.
[[nodiscard]] nlohmann::ordered_json values_json(const Evaluation& evaluation);

}  // namespace qtool
