#pragma once
#include <string>
#include <vector>

#include "train/trainer.h"

namespace qtool {

/// history.json: `schema`, `metric` (what the scores are), `best_epoch` (null: none yet) and one object for each epoch
/// with the fields of EpochResult; what is not finite becomes null.
[[nodiscard]] std::string history_json(const std::vector<EpochResult>& history, const MetricInfo& metric,
                                       int64_t best_epoch);

}  // namespace qtool
