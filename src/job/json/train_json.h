#pragma once
#include <string>

#include "job/train.h"

namespace qtool {

/// What `qtool train --json` prints.
[[nodiscard]] std::string to_json(const TrainJobResult& result);
/// What of it is in the text: the metric and the best epoch, as the only one of the history; warnings. Strict, as
/// JsonNode is.
[[nodiscard]] TrainJobResult read_train_json(const std::string& text);

}  // namespace qtool
