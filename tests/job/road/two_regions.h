#pragma once
#include <ATen/core/Tensor.h>

#include "small_net.h"

namespace qtool {

/// Two convolutions that are int8, between and before what is not.
inline Solution two_regions(const at::Tensor& input) {
  return prepare(build({"h = torch.relu(torch.conv2d(x, w1)); h = torch.conv2d(h, w2); h = torch.sin(h); "
                        "return torch.conv2d(h, w3)",
                        {{"w1", {4, 3, 3, 3}}, {"w2", {4, 4, 1, 1}}, {"w3", {4, 4, 3, 3}}}}),
                 input);
}

}  // namespace qtool
