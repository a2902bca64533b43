#pragma once
/// The loops of batch norm and fake-quant in one, over float32 values whose channels lie beside each other: x[row,
/// channel], rows being samples and places (channels last). Each reads and writes a tensor once. Sums are taken in
/// float32 within a block of fixed size and in float64 over blocks, so that results do not depend on the number of
/// threads.
#include <cstdint>
#include <vector>

#include "qat/fake_quant_kernels.h"

namespace qtool {

struct ChannelRows {
  int64_t rows, channels;
};

/// For each channel. Combined from blocks as Chan, Golub and LeVeque do (1979), which loses nothing where the mean is
/// large.
struct Moments {
  std::vector<double> mean, squares;  ///< squares: sum of squared differences from the mean
};
[[nodiscard]] Moments channel_moments(const float* x, ChannelRows shape);

/// y = fake-quant of clip(x * factor[c] + offset[c]), or only clip where `quantize` is off. `mask`, where given, and
/// the result are as fake_quantize() has them.
Extent scale_and_fake_quantize(const float* x, float* y, uint8_t* mask, ChannelRows shape,
                               const std::vector<float>& factor, const std::vector<float>& offset,
                               const FakeQuantGrid& grid, bool quantize);

/// What scale_and_fake_quantize() was given, where the step of its grid is learned.
struct LearnedGrid {
  std::vector<float> factor, offset;
  FakeQuantGrid grid;
};

struct GradientSums {
  /// For each channel, of dz = dy where mask is 1, else 0; product: sum of dz * (x - mean).
  std::vector<double> sum, product;
  double step = 0;  ///< d step of a learned grid, see fake_quant_kernels.h
};
[[nodiscard]] GradientSums gradient_sums(const float* dy, const uint8_t* mask, const float* x,
                                         ChannelRows shape, const std::vector<float>& mean,
                                         const LearnedGrid* learned = nullptr);

/// dx = dz * factor[c] + x * slope[c] + offset[c], with dz as above.
void masked_gradient(const float* dy, const uint8_t* mask, const float* x, float* dx, ChannelRows shape,
                     const std::vector<float>& factor, const std::vector<float>& slope,
                     const std::vector<float>& offset);

}  // namespace qtool
