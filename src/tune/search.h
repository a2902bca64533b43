#pragma once
#include <functional>
#include <vector>

#include "tune/allocation.h"

namespace qtool {

/// What a trial may take.
enum class Effort {
  kScreen,  ///< without what takes long, and simulated on some samples alone: tells about where the target lies
  kQuick,  ///< without what takes long, and written: may be the result
  kFull    ///< all that the job can do
};

/// Tries an allocation; returns whether the target is met. What it throws ends the search.
using MeetsTarget = std::function<bool(const Allocation&, Effort)>;

struct SearchSpace {
  std::vector<TunedLayer> layers = {};
  Allocation baseline = {};  ///< that is tried first
};

/// Looks for the allocation of the least cost that meets the target. After the baseline it goes along front_of():
/// screens bisect it, the first and the last that meet the target are tried quickly, and full trials go on from there,
/// at first in growing steps of noise, and bisect in turn. From the best that was found single layers go down, the most
/// worth first, as long as one meets the target. What is tried next depends on the results alone, so the trials are the
/// same each time; nothing is tried twice with the same effort.
void search(const SearchSpace& space, const MeetsTarget& meets_target);

}  // namespace qtool
