#pragma once
#include "plan/match.h"

namespace qtool {

inline const Matchable kConv{"layers.0.conv1", "aten::conv2d"};

}  // namespace qtool
