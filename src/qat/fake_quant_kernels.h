#pragma once
/// The loops of fake-quant in training, over float32 tensors whose memory is dense in any order. grid/affine.h has the
/// formula and the plain references that tests hold these against.
///
/// Gradient, straight-through with the clip mask (Bengio et al., arXiv:1308.3432; Jacob et al., arXiv:1712.05877): dx =
/// dy where x lies on the grid, 0 where it is clipped. Of a learned step (LSQ: Esser et al., arXiv:1902.08153, equation
/// 3), with t = x / step: d step = sum of dy * (round(t) - t) where x lies on the grid, of dy * (end of the grid - zero
/// point) where it is clipped.
#include <cstdint>

namespace qtool {

/// Grid of one tensor, and the ReLU or hardtanh whose work the fake-quant does as well.
struct FakeQuantGrid {
  float scale = 1;
  int64_t zero_point = 0, qmin = 0, qmax = 255;
  float clip_low, clip_high;  ///< infinite where there is no such operator
};

/// Smallest and largest value, after the clip where there is one; low > high: there was none. NaN loses every
/// comparison.
struct Extent {
  float low, high;
};

/// y = fake-quant of clip(x), [count] each, in one pass. Where `mask` is given, it becomes 1 where the gradient passes
/// and 0 elsewhere: outside the grid, and where the clip is at work. Returns the extent of clip(x).
Extent fake_quantize(const float* x, float* y, uint8_t* mask, int64_t count, const FakeQuantGrid& grid);

/// y = clip(x); mask and result as above. For the time before fake-quant is switched on.
Extent clip(const float* x, float* y, uint8_t* mask, int64_t count, const FakeQuantGrid& grid);

/// dx = dy where mask is 1, else 0.
void apply_mask(const float* dy, const uint8_t* mask, float* dx, int64_t count);

/// dx and the sum that is d step, from the x and grid that fake_quantize was given. Sums in float64 by blocks of a
/// fixed size, so that the result does not depend on the number of threads.
double learned_step_gradient(const float* dy, const float* x, float* dx, int64_t count,
                             const FakeQuantGrid& grid);

/// Smallest and largest value.
Extent extent_of(const float* x, int64_t count);

}  // namespace qtool
