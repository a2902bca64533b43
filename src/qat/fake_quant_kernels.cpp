#include "qat/fake_quant_kernels.h"

#include <cmath>

#include "qat/fake_quant_loops.h"

namespace qtool {
namespace {

constexpr int64_t kBlock = 1 << 14;  ///< values of one block; one thread computes a block

QTOOL_CLONES Extent quantize_block(const float* x, float* y, uint8_t* mask, int64_t count, Steps s) {
  Extents extents;
  quantize_values(x, y, mask, count, s, extents);
  return extents.all();
}

QTOOL_CLONES Extent clip_block(const float* x, float* y, uint8_t* mask, int64_t count, Steps s) {
  Extents extents;
  clip_values(x, y, mask, count, s, extents);
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
        sums[k] += dy[i] * slope_of_step(clipped, step, on_grid, s);
        dx[i] = static_cast<int>(step == on_grid) & static_cast<int>(is_inside_clip(x[i], s)) ? dy[i] : 0.0F;
      });
  return sum_of(sums);
}

QTOOL_CLONES Extent extent_block(const float* x, int64_t count) {
  Extents extents;
  by_lanes(
      count, [&](int64_t i, int64_t k) __attribute__((always_inline)) { extents.take(k, x[i]); });
  return extents.all();
}

using BlockKernel = Extent(const float*, float*, uint8_t*, int64_t, Steps);

Extent extent_of_blocks(BlockKernel* kernel, const float* x, float* y, uint8_t* mask, int64_t count,
                        const FakeQuantGrid& grid) {
  const Steps steps = steps_of(grid);
  std::vector<Extent> extents(static_cast<size_t>(block_count(count, kBlock)));
  for_blocks(count, kBlock, [&](int64_t block, int64_t begin, int64_t length) {
    extents[static_cast<size_t>(block)] =
        kernel(x + begin, y + begin, mask == nullptr ? nullptr : mask + begin, length, steps);
  });
  return extent_of(extents);
}

}  // namespace

Extent fake_quantize(const float* x, float* y, uint8_t* mask, int64_t count, const FakeQuantGrid& grid) {
  return extent_of_blocks(quantize_block, x, y, mask, count, grid);
}

Extent clip(const float* x, float* y, uint8_t* mask, int64_t count, const FakeQuantGrid& grid) {
  return extent_of_blocks(clip_block, x, y, mask, count, grid);
}

void apply_mask(const float* dy, const uint8_t* mask, float* dx, int64_t count) {
  for_blocks(count, kBlock, [&](int64_t, int64_t begin, int64_t length) {
    mask_block(dy + begin, mask + begin, dx + begin, length);
  });
}

double learned_step_gradient(const float* dy, const float* x, float* dx, int64_t count,
                             const FakeQuantGrid& grid) {
  const Steps steps = steps_of(grid);
  std::vector<double> sums(static_cast<size_t>(block_count(count, kBlock)));
  for_blocks(count, kBlock, [&](int64_t block, int64_t begin, int64_t length) {
    sums[static_cast<size_t>(block)] = step_gradient_block(dy + begin, x + begin, dx + begin, length, steps);
  });
  double sum = 0;
  for (const double block : sums) sum += block;
  return sum;
}

Extent extent_of(const float* x, int64_t count) { return extent_block(x, count); }

}  // namespace qtool
