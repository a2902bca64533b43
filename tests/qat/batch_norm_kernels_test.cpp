#include "qat/batch_norm_kernels.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <random>
#include <vector>

#include "qat/numbers.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

std::vector<float> some_values(ChannelRows shape, float mean, float deviation, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(mean, deviation);
  std::vector<float> values(static_cast<size_t>(shape.rows * shape.channels));
  for (float& value : values) value = normal(random);
  return values;
}

/// Fewer rows than a tile, a tile that is cut off, several blocks, many channels.
const std::vector<ChannelRows> kShapes = {{1, 1}, {3, 5}, {1000, 16}, {7001, 3}, {40, 700}, {5000, 24}};

}  // namespace

TEST_CASE("moments of two channels by hand") {
  // Channel 0: 1, 2, 6 (mean 3, squares 4 + 1 + 9); channel 1: -1, -1, 2 (mean 0, squares 1 + 1 + 4).
  const std::vector<float> x = {1, -1, 2, -1, 6, 2};
  const auto moments = channel_moments(x.data(), {3, 2});
  CHECK(moments.mean[0] == Approx(3));
  CHECK(moments.squares[0] == Approx(14));
  CHECK(moments.mean[1] == Approx(0).margin(1e-12));
  CHECK(moments.squares[1] == Approx(6));
}

TEST_CASE("moments are those of a plain sum in double, with a large mean, too") {
  for (const auto& shape : kShapes)
    for (const float mean : {0.0F, 300.0F}) {
      INFO(shape.rows << " x " << shape.channels << ", mean " << mean);
      const auto x = some_values(shape, mean, 2, 1);
      const auto moments = channel_moments(x.data(), shape);
      for (int64_t c = 0; c < shape.channels; ++c) {
        double sum = 0, squares = 0;
        for (int64_t r = 0; r < shape.rows; ++r) sum += x[size_t(r * shape.channels + c)];
        for (int64_t r = 0; r < shape.rows; ++r)
          squares += std::pow(x[size_t(r * shape.channels + c)] - sum / double(shape.rows), 2);
        CHECK(moments.mean[size_t(c)] == Approx(sum / double(shape.rows)).epsilon(1e-5).margin(1e-5));
        CHECK(moments.squares[size_t(c)] == Approx(squares).epsilon(1e-3).margin(1e-3));
      }
    }
}

TEST_CASE("scaling and fake-quant in one pass is one after the other") {
  const FakeQuantGrid grid{
      .scale = 0.1F, .zero_point = 20, .qmin = 0, .qmax = 63, .clip_low = -kFloatInfinity, .clip_high = 3};
  for (const auto& shape : kShapes)
    for (const bool quantize : {true, false}) {
      INFO(shape.rows << " x " << shape.channels << (quantize ? "" : ", clip only"));
      const auto x = some_values(shape, 0, 3, 2);
      const auto count = static_cast<int64_t>(x.size());
      std::vector<float> factor, offset, scaled(x), y(x.size()), expected(x.size());
      for (int64_t c = 0; c < shape.channels; ++c) {
        factor.push_back(0.5F + float(c % 3));
        offset.push_back(float(c % 5) - 2);
      }
      for (size_t i = 0; i < x.size(); ++i)
        scaled[i] = x[i] * factor[i % factor.size()] + offset[i % factor.size()];
      std::vector<uint8_t> mask(x.size()), expected_mask(x.size());
      const auto extent =
          scale_and_fake_quantize(x.data(), y.data(), mask.data(), shape, factor, offset, grid, quantize);
      const auto expected_extent = (quantize ? fake_quantize : clip)(scaled.data(), expected.data(),
                                                                     expected_mask.data(), count, grid);
      // A multiplication that is fused with its addition rounds once: a value at a tie may fall on the other side.
      size_t differing = 0;
      for (size_t i = 0; i < x.size(); ++i)
        differing += std::fabs(y[i] - expected[i]) > 1e-5 || mask[i] != expected_mask[i] ? 1 : 0;
      CHECK(differing <= x.size() / 1000);
      CHECK(extent.low == Approx(expected_extent.low).epsilon(1e-5));
      CHECK(extent.high == Approx(expected_extent.high).epsilon(1e-5));
    }
}

TEST_CASE("gradient sums count where the mask is 1") {
  // Channel 0: dz 1, 0, 3 at x - mean = 0, -, 2; channel 1: dz 10, 20, 0 at -1, 1.
  const std::vector<float> dy = {1, 10, 2, 20, 3, 30}, x = {1, 4, 2, 6, 3, 5};
  const std::vector<uint8_t> mask = {1, 1, 0, 1, 1, 0};
  const auto sums = gradient_sums(dy.data(), mask.data(), x.data(), {3, 2}, {1, 5});
  CHECK(sums.sum == std::vector<double>{4, 30});
  CHECK(sums.product == std::vector<double>{6, 10});
  std::vector<float> dx(6);
  masked_gradient(dy.data(), mask.data(), x.data(), dx.data(), {3, 2}, {2, 1}, {10, 0}, {0, -1});
  CHECK(dx == std::vector<float>{12, 9, 20, 19, 36, -1});
}

TEST_CASE("the step's gradient is of what went through the grid, clipped or not") {
  // In steps: channel 0: 0.5, 1, 1.5 with slopes -0.5, 0, 1 (clipped); channel 1: 0, 2, 1 with 0, 1 (clipped), 0.
  const std::vector<float> dy = {1, 10, 2, 20, 3, 30}, x = {1, 4, 2, 6, 3, 5};
  const std::vector<uint8_t> mask = {1, 1, 1, 0, 0, 1};
  const LearnedGrid learned{
      .factor = {1, 2},
      .offset = {0, -8},
      .grid = {.scale = 2, .qmin = -1, .qmax = 1, .clip_low = -kFloatInfinity, .clip_high = kFloatInfinity}};
  CHECK(gradient_sums(dy.data(), mask.data(), x.data(), {3, 2}, {1, 5}, &learned).step == 22.5);
  CHECK(gradient_sums(dy.data(), mask.data(), x.data(), {3, 2}, {1, 5}).step == 0);
}

TEST_CASE("sums do not depend on the number of threads") {
  const int threads = at::get_num_threads();
  const ChannelRows shape{9000, 17};
  const auto x = some_values(shape, 1, 2, 3), dy = some_values(shape, 0, 1, 4);
  const std::vector<uint8_t> mask(x.size(), 1);
  const std::vector<float> mean(17, 1);
  at::set_num_threads(1);
  const auto moments = channel_moments(x.data(), shape);
  const auto sums = gradient_sums(dy.data(), mask.data(), x.data(), shape, mean);
  for (const int more : {2, 5}) {
    at::set_num_threads(more);
    CHECK(channel_moments(x.data(), shape).mean == moments.mean);
    CHECK(channel_moments(x.data(), shape).squares == moments.squares);
    CHECK(gradient_sums(dy.data(), mask.data(), x.data(), shape, mean).product == sums.product);
  }
  at::set_num_threads(threads);
}
