#pragma once
#include <cstdint>
#include <limits>
#include <span>

namespace qtool {

/// Bounds of some floats, which only count where all are finite.
struct Extent {
  float low = std::numeric_limits<float>::infinity(), high = -std::numeric_limits<float>::infinity();
  bool finite = true;

  void join(const Extent& other);
};

[[nodiscard]] Extent extent_of(std::span<const float> values);

/// NaN and infinite values.
[[nodiscard]] int64_t count_not_finite(std::span<const float> values);

}  // namespace qtool
