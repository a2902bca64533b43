#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "plan/recipe.h"

namespace qtool {

/// What a layer's weight gets: bits, or 0 for a layer that stays float.
struct LayerBits {
  std::string layer = {};
  int64_t bits = 8;
};

/// The recipe with rules for those layers whose bits are not its own. Its own rules stand behind them, and win.
[[nodiscard]] Recipe tuned_recipe(Recipe recipe, std::vector<LayerBits> layers);

}  // namespace qtool
