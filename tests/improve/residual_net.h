#pragma once
#include "small_net.h"

namespace qtool {

/// A stem, a residual block with two layers, a pool, and a classifier.
[[nodiscard]] inline SmallNet residual() {
  return {
      "a = torch.relu(torch.conv2d(x, w1)); "
      "b = torch.relu(torch.conv2d(torch.relu(torch.conv2d(a, w2)), w3) + a); "
      "return torch.linear(torch.flatten(torch.adaptive_avg_pool2d(b, 1), 1), w4)",
      {{"w1", {4, 3, 1, 1}}, {"w2", {4, 4, 1, 1}}, {"w3", {4, 4, 1, 1}}, {"w4", {5, 4}}},
      {6, 3, 5, 5}};
}

/// With weights of four bits.
[[nodiscard]] inline Solution solved(const SmallNet& net) {
  Recipe recipe;
  recipe.weight_bits = 4;
  return prepare(build(net), noise(net.input, 3), recipe);
}

}  // namespace qtool
