#pragma once
#include <cstdint>
#include <limits>
#include <span>

namespace qtool {

/// Bounds of some floats, which only count where all are finite.
struct Bounds {
  float low = std::numeric_limits<float>::infinity(), high = -std::numeric_limits<float>::infinity();
  bool finite = true;

  void join(const Bounds& other);
};

[[nodiscard]] Bounds bounds_of(std::span<const float> values);

/// NaN and infinite values.
[[nodiscard]] int64_t count_not_finite(std::span<const float> values);

}  // namespace qtool
