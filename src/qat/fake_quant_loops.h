#pragma once
/// What the loops of fake-quant do to one value, and how they are cut into blocks: internal to the kernels of this
/// folder. All of it must be inlined into each of a function's clones (base/simd.h).
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/simd.h"
#include "qat/fake_quant_kernels.h"

#define QTOOL_INLINE inline __attribute__((always_inline))

namespace qtool {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int64_t kLanes = 32;

/// A grid as the loops use it: in steps relative to the zero point.
struct Steps {
  float scale, inverse, lowest, highest, clip_low, clip_high;
};

inline Steps steps_of(const FakeQuantGrid& grid) {
  return {grid.scale,
          1.0F / grid.scale,
          static_cast<float>(grid.qmin - grid.zero_point),
          static_cast<float>(grid.qmax - grid.zero_point),
          grid.clip_low,
          grid.clip_high};
}

QTOOL_INLINE float limited(float x, float low, float high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

/// Half to even, for |x| < 2^22: adding 1.5 * 2^23 leaves no bits behind the point.
QTOOL_INLINE float rounded(float x) {
  constexpr float kRounder = 12582912.0F;
  return (x + kRounder) - kRounder;
}

/// The nearest step, at most one off the grid, where a value one step off and a thousand off are the same.
QTOOL_INLINE float nearest_step(float x, const Steps& s) {
  return rounded(limited(x * s.inverse, s.lowest - 1, s.highest + 1));
}

/// What a learned step's gradient takes of a value: d y / d step, from `step` and `on_grid` of the value after the
/// clip.
QTOOL_INLINE float slope_of_step(float clipped, float step, float on_grid, const Steps& s) {
  return step == on_grid ? on_grid - clipped * s.inverse : on_grid;
}

QTOOL_INLINE bool is_inside_clip(float x, const Steps& s) {
  return static_cast<int>(x > s.clip_low) & static_cast<int>(x < s.clip_high);
}

struct Extents {
  float lows[kLanes], highs[kLanes];
  QTOOL_INLINE Extents() {
    for (int64_t k = 0; k < kLanes; ++k) {
      lows[k] = kInfinity;
      highs[k] = -kInfinity;
    }
  }
  QTOOL_INLINE void take(int64_t k, float x) {
    lows[k] = x < lows[k] ? x : lows[k];
    highs[k] = x > highs[k] ? x : highs[k];
  }
  [[nodiscard]] QTOOL_INLINE Extent all() const {
    Extent extent{kInfinity, -kInfinity};
    for (int64_t k = 0; k < kLanes; ++k) {
      extent.low = std::min(extent.low, lows[k]);
      extent.high = std::max(extent.high, highs[k]);
    }
    return extent;
  }
};

inline Extent extent_of(const std::vector<Extent>& blocks) {
  Extent all{kInfinity, -kInfinity};
  for (const auto& block : blocks) all = {std::min(all.low, block.low), std::max(all.high, block.high)};
  return all;
}

/// Calls body(i, lane) for all i, so that the compiler sees loops of a fixed length.
template <class Body>
QTOOL_INLINE void by_lanes(int64_t count, const Body& body) {
  const int64_t whole = count - count % kLanes;
  for (int64_t i = 0; i < whole; i += kLanes)
    for (int64_t k = 0; k < kLanes; ++k) body(i + k, k);
  for (int64_t i = whole; i < count; ++i) body(i, i - whole);
}

/// What the lanes have summed up, in their order.
QTOOL_INLINE double sum_of(const float (&lanes)[kLanes]) {
  double sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

template <bool kHasMask>
QTOOL_INLINE void quantize_lanes(const float* __restrict x, float* __restrict y, uint8_t* __restrict mask,
                                 int64_t count, const Steps& s, Extents& extents) {
  by_lanes(
      count, [&](int64_t i, int64_t k) __attribute__((always_inline)) {
        const float clipped = limited(x[i], s.clip_low, s.clip_high);
        extents.take(k, clipped);
        const float step = nearest_step(clipped, s), on_grid = limited(step, s.lowest, s.highest);
        y[i] = on_grid * s.scale;
        if constexpr (kHasMask)
          mask[i] = static_cast<uint8_t>(static_cast<int>(step == on_grid) &
                                         static_cast<int>(is_inside_clip(x[i], s)));
      });
}

/// What fake_quantize() does, to values that lie in a cache. `mask` may be null.
QTOOL_INLINE void quantize_values(const float* x, float* y, uint8_t* mask, int64_t count, const Steps& s,
                                  Extents& extents) {
  if (mask == nullptr)
    quantize_lanes<false>(x, y, mask, count, s, extents);
  else
    quantize_lanes<true>(x, y, mask, count, s, extents);
}

/// What clip() does.
QTOOL_INLINE void clip_values(const float* __restrict x, float* __restrict y, uint8_t* __restrict mask,
                              int64_t count, const Steps& s, Extents& extents) {
  by_lanes(
      count, [&](int64_t i, int64_t k) __attribute__((always_inline)) {
        y[i] = limited(x[i], s.clip_low, s.clip_high);
        extents.take(k, y[i]);
        if (mask != nullptr) mask[i] = static_cast<uint8_t>(is_inside_clip(x[i], s));
      });
}

inline int64_t block_count(int64_t count, int64_t block) { return (count + block - 1) / block; }

/// body(index, begin, length) for each block of `count` things, beside each other. The blocks do not depend on the
/// number of threads, so what is summed up block by block does not either.
template <class Body>
void for_blocks(int64_t count, int64_t block, const Body& body) {
  at::parallel_for(0, block_count(count, block), 2, [&](int64_t first, int64_t last) {
    for (int64_t index = first; index < last; ++index)
      body(index, index * block, std::min(block, count - index * block));
  });
}

}  // namespace qtool
