#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace qtool {

/// One way to hold the weight of a layer.
struct LayerChoice {
  int64_t bits = 0;  ///< 0: the layer stays float
  double noise = 0;  ///< that it adds to the outputs: its power, in parts of the signal's
  double cost = 0;   ///< what is to be saved: bytes, or milliseconds
};

struct TunedLayer {
  std::string name = {};
  std::vector<LayerChoice> choices = {};  ///< one at least
};

/// Which of its choices each layer has.
using Allocation = std::vector<size_t>;

/// What the layers add together: errors of different layers are held to be independent, so their powers add up.
[[nodiscard]] double noise_of(const std::vector<TunedLayer>& layers, const Allocation& allocation);
[[nodiscard]] double cost_of(const std::vector<TunedLayer>& layers, const Allocation& allocation);

/// The choices that are the best at some price of noise, from the least noise to the least cost: the corners of the
/// lower convex hull. Places in `choices`.
[[nodiscard]] std::vector<size_t> worth_having(const std::vector<LayerChoice>& choices);

/// Allocations from the least noise to the least cost, each of which differs from the one before in one layer: that
/// where the next choice worth having saves most for the noise that it adds. None costs less at its noise, but for
/// what lies between two of them.
[[nodiscard]] std::vector<Allocation> front_of(const std::vector<TunedLayer>& layers);

/// What the next choice worth having of one layer saves, and the noise that it adds.
struct Step {
  size_t layer = 0;
  size_t choice = 0;  ///< that it leads to
  double saved = 0, added = 0;
  [[nodiscard]] double worth() const { return saved / added; }
};

/// The steps down from the allocation, one for each layer that has one, the most worth first; of equal ones the earlier
/// layer's.
[[nodiscard]] std::vector<Step> steps_down(const std::vector<TunedLayer>& layers,
                                           const Allocation& allocation);

}  // namespace qtool
