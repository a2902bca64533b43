#include "calibrate/bounds.h"

#include <algorithm>
#include <cmath>

#include "base/simd.h"

namespace qtool {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int64_t kLanes = 32;

/// Halves in turn, which takes five steps where one lane after the other would take 31.
template <class Join>
inline __attribute__((always_inline)) float join_lanes(float* lanes, Join join) {
#pragma GCC unroll 5
  for (int64_t half = kLanes / 2; half > 0; half /= 2)
    for (int64_t k = 0; k < half; ++k) lanes[k] = join(lanes[k], lanes[k + half]);
  return lanes[0];
}

}  // namespace

/// By lanes, since a compiler may not reorder a single minimum of floats. NaN and infinity times zero are NaN, which
/// stays in a sum.
QTOOL_CLONES Bounds bounds_of(std::span<const float> values) {
  const auto count = static_cast<int64_t>(values.size());
  const float* const data = values.data();
  float lows[kLanes], highs[kLanes], zeros[kLanes];
  for (int64_t k = 0; k < kLanes; ++k) {
    lows[k] = kInfinity;
    highs[k] = -kInfinity;
    zeros[k] = 0;
  }
  const auto take = [&](int64_t k, float x) __attribute__((always_inline)) {
    lows[k] = x < lows[k] ? x : lows[k];
    highs[k] = x > highs[k] ? x : highs[k];
    zeros[k] += x * 0.0F;
  };
  if (count < kLanes) {
    for (int64_t i = 0; i < count; ++i) take(i, data[i]);
  } else {
    // The last step takes some values once more, which changes no bound.
    for (int64_t i = 0; i < count; i += kLanes) {
      const float* const step = data + std::min(i, count - kLanes);
      for (int64_t k = 0; k < kLanes; ++k) take(k, step[k]);
    }
  }
  const auto smaller = [](float a, float b) __attribute__((always_inline)) { return a < b ? a : b; };
  const auto larger = [](float a, float b) __attribute__((always_inline)) { return a > b ? a : b; };
  const auto sum = [](float a, float b) __attribute__((always_inline)) { return a + b; };
  return {join_lanes(lows, smaller), join_lanes(highs, larger), join_lanes(zeros, sum) == 0};
}

void Bounds::join(const Bounds& other) {
  low = std::min(low, other.low);
  high = std::max(high, other.high);
  finite = finite && other.finite;
}

int64_t count_not_finite(std::span<const float> values) {
  return std::count_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
}

}  // namespace qtool
