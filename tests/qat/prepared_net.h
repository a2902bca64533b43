#pragma once
#include "small_net.h"

namespace qtool {

/// Calibrated on noise.
[[nodiscard]] inline Solution prepared_of(const SmallNet& net) {
  return prepare(build(net), noise(net.input, 9));
}

}  // namespace qtool
