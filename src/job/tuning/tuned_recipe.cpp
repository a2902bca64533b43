#include "job/tuning/tuned_recipe.h"

#include <algorithm>

namespace qtool {
namespace {

/// A rule for a layer names what lies below it, too.
bool lies_below(const std::string& layer, const std::string& other) { return layer.starts_with(other + "."); }

}  // namespace

Recipe tuned_recipe(Recipe recipe, std::vector<LayerBits> layers) {
  // Later rules win, so a layer's own stands behind those of what it lies in.
  std::stable_sort(layers.begin(), layers.end(),
                   [](const LayerBits& a, const LayerBits& b) { return a.layer.size() < b.layer.size(); });
  const auto differs = [&](const LayerBits& layer) { return layer.bits != recipe.weight_bits; };
  std::vector<Rule> rules;
  for (const auto& layer : layers) {
    const bool is_reached = std::any_of(layers.begin(), layers.end(), [&](const LayerBits& other) {
      return differs(other) && lies_below(layer.layer, other.layer);
    });
    if (!differs(layer) && !is_reached) continue;
    auto& rule = rules.emplace_back();
    rule.match = layer.layer;
    if (layer.bits > 0) rule.weight_bits = layer.bits;
    if (layer.bits == 0 || is_reached) rule.skip = layer.bits == 0;
  }
  rules.insert(rules.end(), recipe.rules.begin(), recipe.rules.end());
  recipe.rules = std::move(rules);
  return recipe;
}

}  // namespace qtool
