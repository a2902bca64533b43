#pragma once
#include "small_net.h"

namespace qtool {

inline const SmallNet kOneConvolution{
    "return torch.relu(torch.conv2d(x, w))", {{"w", {4, 3, 1, 1}}}, {2, 3, 4, 4}};

}  // namespace qtool
