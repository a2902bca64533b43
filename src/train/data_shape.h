#pragma once
#include <cstdint>
#include <vector>

#include "data/loader.h"

namespace qtool {

/// What a network for some data must take and answer.
struct DataShape {
  std::vector<int64_t> input;  ///< of one sample, as the model gets it, e.g. C, H, W
  int64_t classes = 0;         ///< largest label + 1
};
/// Reads the first sample and all labels. Throws Error(kUsage) where there are none.
[[nodiscard]] DataShape data_shape(Loader& loader);

}  // namespace qtool
