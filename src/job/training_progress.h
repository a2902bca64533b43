#pragma once
#include <string>
#include <vector>

#include "base/progress.h"
#include "train/trainer.h"

namespace qtool {

/// Hooks that tell `progress` of each step, and `warnings` of each rollback. Both must outlive the training.
[[nodiscard]] TrainHooks training_hooks(Progress& progress, std::vector<std::string>& warnings);

}  // namespace qtool
