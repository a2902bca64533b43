#include "simulate/fake_quant_kernels.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/simd.h"

namespace qtool {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int64_t kLanes = 32;
constexpr int64_t kBlock = 1 << 14;  ///< values of one block; one thread computes a block

/// A grid as the loops use it: in steps relative to the zero point.
struct Steps {
  float scale, inverse, lowest, highest, clip_low, clip_high;
};

Steps steps_of(const FakeQuantGrid& grid) {
  return {grid.scale,
          1.0F / grid.scale,
          static_cast<float>(grid.qmin - grid.zero_point),
          static_cast<float>(grid.qmax - grid.zero_point),
          grid.clip_low,
          grid.clip_high};
}

// What the loops below do to one value. Macros of a kind: they must be inlined into each clone.
#define QTOOL_INLINE inline __attribute__((always_inline))

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

/// Calls body(i, lane) for all i, so that the compiler sees loops of a fixed length.
template <class Body>
QTOOL_INLINE void by_lanes(int64_t count, const Body& body) {
  const int64_t whole = count - count % kLanes;
  for (int64_t i = 0; i < whole; i += kLanes)
    for (int64_t k = 0; k < kLanes; ++k) body(i + k, k);
  for (int64_t i = whole; i < count; ++i) body(i, i - whole);
}

QTOOL_CLONES Extent quantize_block(const float* __restrict x, float* __restrict y, int64_t count, Steps s) {
  Extents extents;
  by_lanes(
      count, [&](int64_t i, int64_t k) __attribute__((always_inline)) {
        const float clipped = limited(x[i], s.clip_low, s.clip_high);
        extents.take(k, clipped);
        y[i] = limited(nearest_step(clipped, s), s.lowest, s.highest) * s.scale;
      });
  return extents.all();
}

QTOOL_CLONES Extent quantize_block_with_mask(const float* __restrict x, float* __restrict y,
                                             uint8_t* __restrict mask, int64_t count, Steps s) {
  Extents extents;
  by_lanes(
      count, [&](int64_t i, int64_t k) __attribute__((always_inline)) {
        const float clipped = limited(x[i], s.clip_low, s.clip_high);
        extents.take(k, clipped);
        const float step = nearest_step(clipped, s);
        const float on_grid = limited(step, s.lowest, s.highest);
        y[i] = on_grid * s.scale;
        mask[i] = static_cast<uint8_t>(static_cast<int>(step == on_grid) &
                                       static_cast<int>(is_inside_clip(x[i], s)));
      });
  return extents.all();
}

QTOOL_CLONES Extent clip_block(const float* __restrict x, float* __restrict y, uint8_t* __restrict mask,
                               int64_t count, Steps s) {
  Extents extents;
  by_lanes(
      count, [&](int64_t i, int64_t k) __attribute__((always_inline)) {
        y[i] = limited(x[i], s.clip_low, s.clip_high);
        extents.take(k, y[i]);
        if (mask != nullptr) mask[i] = static_cast<uint8_t>(is_inside_clip(x[i], s));
      });
  return extents.all();
}

QTOOL_CLONES void mask_block(const float* __restrict dy, const uint8_t* __restrict mask, float* __restrict dx,
                             int64_t count) {
  for (int64_t i = 0; i < count; ++i) dx[i] = mask[i] ? dy[i] : 0.0F;
}

QTOOL_CLONES double step_gradient_block(const float* __restrict dy, const float* __restrict x,
                                        float* __restrict dx, int64_t count, Steps s) {
  float sums[kLanes] = {};
  by_lanes(
      count, [&](int64_t i, int64_t k) __attribute__((always_inline)) {
        const float clipped = limited(x[i], s.clip_low, s.clip_high);
        const float step = nearest_step(clipped, s), on_grid = limited(step, s.lowest, s.highest);
        const bool passes = step == on_grid;
        sums[k] += dy[i] * (passes ? on_grid - clipped * s.inverse : on_grid);
        dx[i] = static_cast<int>(passes) & static_cast<int>(is_inside_clip(x[i], s)) ? dy[i] : 0.0F;
      });
  double sum = 0;
  for (const float lane : sums) sum += lane;
  return sum;
}

QTOOL_CLONES float magnitude_block(const float* x, int64_t count) {
  float largest[kLanes] = {};
  by_lanes(
      count, [&](int64_t i, int64_t k) __attribute__((always_inline)) {
        const float magnitude = std::fabs(x[i]);
        largest[k] = magnitude > largest[k] ? magnitude : largest[k];
      });
  return *std::max_element(largest, largest + kLanes);
}

/// body(block, begin, length) for each block, beside each other.
template <class Body>
void for_blocks(int64_t count, const Body& body) {
  const int64_t blocks = (count + kBlock - 1) / kBlock;
  at::parallel_for(0, blocks, 2, [&](int64_t first, int64_t last) {
    for (int64_t block = first; block < last; ++block)
      body(block, block * kBlock, std::min(kBlock, count - block * kBlock));
  });
}

size_t block_count(int64_t count) { return static_cast<size_t>((count + kBlock - 1) / kBlock); }

template <class Body>
Extent extent_of_blocks(int64_t count, const Body& body) {
  std::vector<Extent> extents(block_count(count));
  for_blocks(count, [&](int64_t block, int64_t begin, int64_t length) {
    extents[static_cast<size_t>(block)] = body(begin, length);
  });
  Extent all{kInfinity, -kInfinity};
  for (const auto& extent : extents) all = {std::min(all.low, extent.low), std::max(all.high, extent.high)};
  return all;
}

}  // namespace

Extent fake_quantize(const float* x, float* y, uint8_t* mask, int64_t count, const FakeQuantGrid& grid) {
  const Steps steps = steps_of(grid);
  return extent_of_blocks(count, [&](int64_t begin, int64_t length) {
    return mask == nullptr ? quantize_block(x + begin, y + begin, length, steps)
                           : quantize_block_with_mask(x + begin, y + begin, mask + begin, length, steps);
  });
}

Extent clip(const float* x, float* y, uint8_t* mask, int64_t count, const FakeQuantGrid& grid) {
  const Steps steps = steps_of(grid);
  return extent_of_blocks(count, [&](int64_t begin, int64_t length) {
    return clip_block(x + begin, y + begin, mask == nullptr ? nullptr : mask + begin, length, steps);
  });
}

void apply_mask(const float* dy, const uint8_t* mask, float* dx, int64_t count) {
  for_blocks(count, [&](int64_t, int64_t begin, int64_t length) {
    mask_block(dy + begin, mask + begin, dx + begin, length);
  });
}

double learned_step_gradient(const float* dy, const float* x, float* dx, int64_t count,
                             const FakeQuantGrid& grid) {
  const Steps steps = steps_of(grid);
  std::vector<double> sums(block_count(count));
  for_blocks(count, [&](int64_t block, int64_t begin, int64_t length) {
    sums[static_cast<size_t>(block)] = step_gradient_block(dy + begin, x + begin, dx + begin, length, steps);
  });
  double sum = 0;
  for (const double block : sums) sum += block;
  return sum;
}

float largest_magnitude(const float* x, int64_t count) { return magnitude_block(x, count); }

}  // namespace qtool
