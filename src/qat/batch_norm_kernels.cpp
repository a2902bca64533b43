#include "qat/batch_norm_kernels.h"

#include "qat/fake_quant_loops.h"

namespace qtool {
namespace {

constexpr int64_t kTile = 256;  ///< values of a tile: enough for a loop over it to be worth its start
constexpr int64_t kTilesOfBlock = 64;

/// Rows are walked in tiles of several, so that loops are long where channels are few; values of a channel repeat in a
/// tile.
struct Tiling {
  ChannelRows shape;
  int64_t tile_rows, block_rows;

  explicit Tiling(ChannelRows of)
      : shape(of),
        tile_rows((kTile + of.channels - 1) / of.channels),
        block_rows(tile_rows * kTilesOfBlock) {}

  [[nodiscard]] int64_t tile() const { return tile_rows * shape.channels; }
  [[nodiscard]] size_t blocks() const { return static_cast<size_t>(block_count(shape.rows, block_rows)); }

  /// One value a channel -> one a place of the tile.
  [[nodiscard]] std::vector<float> repeated(const std::vector<float>& of_channels) const {
    std::vector<float> values;
    values.reserve(static_cast<size_t>(tile()));
    for (int64_t row = 0; row < tile_rows; ++row)
      values.insert(values.end(), of_channels.begin(), of_channels.end());
    return values;
  }

  /// The sum over a tile's rows, by channel.
  void add_up(const std::vector<float>& tile_sums, double* of_channels) const {
    std::fill_n(of_channels, shape.channels, 0.0);
    for (int64_t row = 0; row < tile_rows; ++row)
      for (int64_t channel = 0; channel < shape.channels; ++channel)
        of_channels[channel] += double(tile_sums[static_cast<size_t>(row * shape.channels + channel)]);
  }

  /// body(index, first value, values) for each block.
  template <class Body>
  void for_each_block(const Body& body) const {
    for_blocks(shape.rows, block_rows, [&](int64_t index, int64_t row, int64_t rows) {
      body(index, row * shape.channels, rows * shape.channels);
    });
  }
};

QTOOL_CLONES void add_values(const float* __restrict x, int64_t count, int64_t tile, float* __restrict sums) {
  for (int64_t begin = 0; begin < count; begin += tile) {
    const int64_t length = std::min(tile, count - begin);
    for (int64_t k = 0; k < length; ++k) sums[k] += x[begin + k];
  }
}

QTOOL_CLONES void add_squares(const float* __restrict x, int64_t count, int64_t tile,
                              const float* __restrict mean, float* __restrict sums) {
  for (int64_t begin = 0; begin < count; begin += tile) {
    const int64_t length = std::min(tile, count - begin);
    for (int64_t k = 0; k < length; ++k) {
      const float difference = x[begin + k] - mean[k];
      sums[k] += difference * difference;
    }
  }
}

QTOOL_CLONES void add_gradients(const float* __restrict dy, const uint8_t* __restrict mask,
                                const float* __restrict x, int64_t count, int64_t tile,
                                const float* __restrict mean, float* __restrict sums,
                                float* __restrict products) {
  for (int64_t begin = 0; begin < count; begin += tile) {
    const int64_t length = std::min(tile, count - begin);
    for (int64_t k = 0; k < length; ++k) {
      const float dz = mask[begin + k] ? dy[begin + k] : 0.0F;
      sums[k] += dz;
      products[k] += dz * (x[begin + k] - mean[k]);
    }
  }
}

QTOOL_CLONES double step_gradient(const float* __restrict dy, const float* __restrict x, int64_t count,
                                  int64_t tile, const float* __restrict factor,
                                  const float* __restrict offset, Steps s) {
  float sums[kLanes] = {};
  for (int64_t begin = 0; begin < count; begin += tile)
    by_lanes(
        std::min(tile, count - begin), [&](int64_t i, int64_t k) __attribute__((always_inline)) {
          const float clipped = limited(x[begin + i] * factor[i] + offset[i], s.clip_low, s.clip_high);
          const float step = nearest_step(clipped, s), on_grid = limited(step, s.lowest, s.highest);
          sums[k] += dy[begin + i] * slope_of_step(clipped, step, on_grid, s);
        });
  return sum_of(sums);
}

/// A tile's worth of what each channel is multiplied by, and what is added.
struct TileOfGradients {
  int64_t length;
  const float *factor, *slope, *offset;
};

QTOOL_CLONES void write_gradients(const float* __restrict dy, const uint8_t* __restrict mask,
                                  const float* __restrict x, float* __restrict dx, int64_t count,
                                  const TileOfGradients& tile) {
  const float* __restrict factor = tile.factor;
  const float* __restrict slope = tile.slope;
  const float* __restrict offset = tile.offset;
  for (int64_t begin = 0; begin < count; begin += tile.length) {
    const int64_t length = std::min(tile.length, count - begin);
    for (int64_t k = 0; k < length; ++k) {
      const float dz = mask[begin + k] ? dy[begin + k] : 0.0F;
      dx[begin + k] = dz * factor[k] + x[begin + k] * slope[k] + offset[k];
    }
  }
}

/// Likewise; `scaled` is room for a tile.
struct TileOfScaling {
  int64_t length;
  const float *factor, *offset;
  float* scaled;
};

QTOOL_CLONES Extent scale_and_quantize_block(const float* __restrict x, float* __restrict y,
                                             uint8_t* __restrict mask, int64_t count,
                                             const TileOfScaling& tile, Steps steps, bool quantize) {
  Extents extents;
  const float* __restrict factor = tile.factor;
  const float* __restrict offset = tile.offset;
  float* __restrict scaled = tile.scaled;
  for (int64_t begin = 0; begin < count; begin += tile.length) {
    const int64_t length = std::min(tile.length, count - begin);
    for (int64_t k = 0; k < length; ++k) scaled[k] = x[begin + k] * factor[k] + offset[k];
    auto* tile_mask = mask == nullptr ? nullptr : mask + begin;
    if (quantize)
      quantize_values(scaled, y + begin, tile_mask, length, steps, extents);
    else
      clip_values(scaled, y + begin, tile_mask, length, steps, extents);
  }
  return extents.all();
}

}  // namespace

Moments channel_moments(const float* x, ChannelRows shape) {
  const Tiling tiling(shape);
  const auto channels = static_cast<size_t>(shape.channels);
  std::vector<double> means(tiling.blocks() * channels), squares(means.size());
  tiling.for_each_block([&](int64_t block, int64_t begin, int64_t count) {
    const double rows = double(count) / double(shape.channels);
    double *mean = &means[size_t(block) * channels], *square = &squares[size_t(block) * channels];
    std::vector<float> sums(static_cast<size_t>(tiling.tile()), 0.0F);
    add_values(x + begin, count, tiling.tile(), sums.data());
    tiling.add_up(sums, mean);
    std::vector<float> rounded_means(channels);
    for (size_t c = 0; c < channels; ++c) rounded_means[c] = static_cast<float>(mean[c] /= rows);
    std::fill(sums.begin(), sums.end(), 0.0F);
    add_squares(x + begin, count, tiling.tile(), tiling.repeated(rounded_means).data(), sums.data());
    tiling.add_up(sums, square);
  });
  Moments all{std::vector<double>(channels, 0), std::vector<double>(channels, 0)};
  double rows_before = 0;
  for (size_t block = 0; block < tiling.blocks(); ++block) {
    const double rows = double(std::min(tiling.block_rows, shape.rows - int64_t(block) * tiling.block_rows));
    for (size_t c = 0; c < channels; ++c) {
      const double difference = means[block * channels + c] - all.mean[c];
      all.mean[c] += difference * rows / (rows_before + rows);
      all.squares[c] +=
          squares[block * channels + c] + difference * difference * rows_before * rows / (rows_before + rows);
    }
    rows_before += rows;
  }
  return all;
}

Extent scale_and_fake_quantize(const float* x, float* y, uint8_t* mask, ChannelRows shape,
                               const std::vector<float>& factor, const std::vector<float>& offset,
                               const FakeQuantGrid& grid, bool quantize) {
  const Tiling tiling(shape);
  const auto factors = tiling.repeated(factor), offsets = tiling.repeated(offset);
  const Steps steps = steps_of(grid);
  std::vector<Extent> extents(tiling.blocks());
  tiling.for_each_block([&](int64_t block, int64_t begin, int64_t count) {
    std::vector<float> scaled(static_cast<size_t>(tiling.tile()));
    extents[static_cast<size_t>(block)] = scale_and_quantize_block(
        x + begin, y + begin, mask == nullptr ? nullptr : mask + begin, count,
        {tiling.tile(), factors.data(), offsets.data(), scaled.data()}, steps, quantize);
  });
  return extent_of(extents);
}

GradientSums gradient_sums(const float* dy, const uint8_t* mask, const float* x, ChannelRows shape,
                           const std::vector<float>& mean, const LearnedGrid* learned) {
  const Tiling tiling(shape);
  const auto channels = static_cast<size_t>(shape.channels);
  const auto means = tiling.repeated(mean);
  std::vector<float> factors, offsets;
  if (learned != nullptr)
    factors = tiling.repeated(learned->factor), offsets = tiling.repeated(learned->offset);
  std::vector<double> sums(tiling.blocks() * channels), products(sums.size()), steps(tiling.blocks());
  tiling.for_each_block([&](int64_t block, int64_t begin, int64_t count) {
    std::vector<float> tile_sums(static_cast<size_t>(tiling.tile()), 0.0F), tile_products(tile_sums);
    add_gradients(dy + begin, mask + begin, x + begin, count, tiling.tile(), means.data(), tile_sums.data(),
                  tile_products.data());
    tiling.add_up(tile_sums, &sums[size_t(block) * channels]);
    tiling.add_up(tile_products, &products[size_t(block) * channels]);
    if (learned != nullptr)
      steps[size_t(block)] = step_gradient(dy + begin, x + begin, count, tiling.tile(), factors.data(),
                                           offsets.data(), steps_of(learned->grid));
  });
  GradientSums all{std::vector<double>(channels, 0), std::vector<double>(channels, 0)};
  for (const double step : steps) all.step += step;
  for (size_t i = 0; i < sums.size(); ++i) {
    all.sum[i % channels] += sums[i];
    all.product[i % channels] += products[i];
  }
  return all;
}

void masked_gradient(const float* dy, const uint8_t* mask, const float* x, float* dx, ChannelRows shape,
                     const std::vector<float>& factor, const std::vector<float>& slope,
                     const std::vector<float>& offset) {
  const Tiling tiling(shape);
  const auto factors = tiling.repeated(factor), slopes = tiling.repeated(slope),
             offsets = tiling.repeated(offset);
  tiling.for_each_block([&](int64_t, int64_t begin, int64_t count) {
    write_gradients(dy + begin, mask + begin, x + begin, dx + begin, count,
                    {tiling.tile(), factors.data(), slopes.data(), offsets.data()});
  });
}

}  // namespace qtool
