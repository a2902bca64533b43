#include "qat/fake_quant_kernels.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "grid/affine.h"
#include "qat/numbers.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr int64_t kBlock = 1 << 14;  // values that one thread computes

/// No clip unless one is given.
FakeQuantGrid grid_of(float scale, int64_t zero_point, int64_t qmin, int64_t qmax,
                      float low = -kFloatInfinity, float high = kFloatInfinity) {
  return {.scale = scale,
          .zero_point = zero_point,
          .qmin = qmin,
          .qmax = qmax,
          .clip_low = low,
          .clip_high = high};
}

std::vector<FakeQuantGrid> grids() {
  std::vector<FakeQuantGrid> all;
  for (const auto& [low, high] :
       {std::pair(-kFloatInfinity, kFloatInfinity), {0.0F, kFloatInfinity}, {0.0F, 6.0F}, {-1.0F, 1.0F}})
    for (const auto& grid : {grid_of(0.25F, 128, 0, 255, low, high), grid_of(0.1F, 0, 0, 255, low, high),
                             grid_of(0.037F, 255, 0, 255, low, high), grid_of(3.0F, 5, 0, 15, low, high),
                             grid_of(0.5F, 1, 0, 3, low, high), grid_of(0.3F, 0, -127, 127, low, high),
                             grid_of(2.0F, 0, -1, 1, low, high)})
      all.push_back(grid);
  return all;
}

/// Every step of the grid and every tie between two, some beyond both ends, each with its neighbours.
std::vector<float> ties(const FakeQuantGrid& grid) {
  std::vector<float> values = {0.0F, -0.0F, 1e-30F, -1e-30F, 1e9F, -1e9F};
  for (int64_t q = grid.qmin - 3; q <= grid.qmax + 3; ++q)
    for (const float steps : {float(q - grid.zero_point), float(q - grid.zero_point) + 0.5F}) {
      const float x = steps * grid.scale;
      values.insert(values.end(), {x, std::nextafter(x, kFloatInfinity), std::nextafter(x, -kFloatInfinity)});
    }
  for (const float end : {grid.clip_low, grid.clip_high})
    if (std::isfinite(end))
      values.insert(values.end(),
                    {end, std::nextafter(end, kFloatInfinity), std::nextafter(end, -kFloatInfinity)});
  return values;
}

std::vector<float> some_values(int64_t count, float deviation, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, deviation);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = normal(random);
  return values;
}

float clipped(float x, const FakeQuantGrid& grid) { return std::clamp(x, grid.clip_low, grid.clip_high); }

float expected_value(float x, const FakeQuantGrid& grid) {
  const auto q = quantize_value(clipped(x, grid), grid.scale, grid.zero_point, grid.qmin, grid.qmax);
  return dequantize_value(q, grid.scale, grid.zero_point);
}

/// Whether x lies on the grid, found with one that has no ends; and inside the clip, ends excluded as LibTorch does.
bool expected_mask(float x, const FakeQuantGrid& grid) {
  constexpr int64_t kEndless = int64_t{1} << 50;
  const auto q = quantize_value(clipped(x, grid), grid.scale, grid.zero_point, -kEndless, kEndless);
  return q >= grid.qmin && q <= grid.qmax && x > grid.clip_low && x < grid.clip_high;
}

struct KernelResult {
  std::vector<float> y;
  std::vector<uint8_t> mask;
  Extent extent{};
};

KernelResult run(const std::vector<float>& x, const FakeQuantGrid& grid) {
  KernelResult result{std::vector<float>(x.size(), 77.0F), std::vector<uint8_t>(x.size(), 77)};
  result.extent = fake_quantize(x.data(), result.y.data(), result.mask.data(), int64_t(x.size()), grid);
  return result;
}

void check_against_reference(const std::vector<float>& x, const FakeQuantGrid& grid) {
  const auto with_mask = run(x, grid);
  std::vector<float> y(x.size());
  const auto extent = fake_quantize(x.data(), y.data(), nullptr, int64_t(x.size()), grid);
  Extent expected{kFloatInfinity, -kFloatInfinity};
  for (size_t i = 0; i < x.size(); ++i) {
    expected = {std::min(expected.low, clipped(x[i], grid)), std::max(expected.high, clipped(x[i], grid))};
    const bool is_right = y[i] == expected_value(x[i], grid) && with_mask.y[i] == y[i] &&
                          with_mask.mask[i] == static_cast<uint8_t>(expected_mask(x[i], grid));
    if (is_right) continue;
    INFO("x " << x[i] << ", scale " << grid.scale << ", zero point " << grid.zero_point << ", clip "
              << grid.clip_low << " to " << grid.clip_high);
    CHECK(y[i] == expected_value(x[i], grid));
    CHECK(with_mask.y[i] == y[i]);
    REQUIRE(with_mask.mask[i] == static_cast<uint8_t>(expected_mask(x[i], grid)));
  }
  CHECK(extent.low == expected.low);
  CHECK(extent.high == expected.high);
  CHECK(with_mask.extent.low == expected.low);
  CHECK(with_mask.extent.high == expected.high);
}

}  // namespace

TEST_CASE("every tie, end and clip is rounded and masked as the plain reference says") {
  for (const auto& grid : grids()) check_against_reference(ties(grid), grid);
}

TEST_CASE("any number of values, whatever lanes and blocks they fall into") {
  const auto grid = grid_of(0.02F, 100, 0, 255, 0, 2);
  for (const int64_t count :
       std::vector<int64_t>{0, 1, 31, 32, 33, 1000, kBlock - 1, kBlock, kBlock + 33, 3 * kBlock + 7})
    check_against_reference(some_values(count, 2, 4), grid);
}

TEST_CASE("infinity goes to the end of the grid or the clip, and NaN stays NaN and moves nothing") {
  for (const auto& grid : grids()) {
    const auto result = run({kFloatInfinity, -kFloatInfinity, kNan, 0.01F}, grid);
    CHECK(result.y[0] == expected_value(1e9F, grid));
    CHECK(result.y[1] == expected_value(-1e9F, grid));
    CHECK(std::isnan(result.y[2]));
    CHECK(std::vector<uint8_t>(result.mask.begin(), result.mask.begin() + 3) ==
          std::vector<uint8_t>{0, 0, 0});
    CHECK(result.extent.low == clipped(-kFloatInfinity, grid));
    CHECK(result.extent.high == clipped(kFloatInfinity, grid));
  }
  const auto nothing = run({kNan, kNan}, grid_of(1, 0, 0, 255));
  CHECK(nothing.extent.low > nothing.extent.high);
}

TEST_CASE("the clip alone does what relu and hardtanh do") {
  const std::vector<float> x = {-2, -1, -0.5F, 0, 0.5F, 1, 2, kNan};
  std::vector<float> y(x.size());
  std::vector<uint8_t> mask(x.size());
  const auto extent = clip(x.data(), y.data(), mask.data(), int64_t(x.size()), grid_of(1, 0, 0, 3, -1, 1));
  CHECK(std::vector<float>(y.begin(), y.end() - 1) == std::vector<float>{-1, -1, -0.5F, 0, 0.5F, 1, 1});
  CHECK(std::isnan(y.back()));
  CHECK(mask == std::vector<uint8_t>{0, 0, 1, 1, 1, 0, 0, 0});
  CHECK(extent.low == -1);
  CHECK(extent.high == 1);
  std::fill(y.begin(), y.end(), 0.0F);
  (void)clip(x.data(), y.data(), nullptr, int64_t(x.size()) - 1, grid_of(1, 0, 0, 3, 0));
  CHECK(y == std::vector<float>{0, 0, 0, 0, 0.5F, 1, 2, 0});
}

TEST_CASE("the gradient passes where the mask is 1") {
  const auto dy = some_values(kBlock + 77, 1, 6);
  std::vector<uint8_t> mask(dy.size());
  for (size_t i = 0; i < mask.size(); ++i) mask[i] = i % 3 == 0;
  std::vector<float> dx(dy.size());
  apply_mask(dy.data(), mask.data(), dx.data(), int64_t(dy.size()));
  for (size_t i = 0; i < dy.size(); ++i) REQUIRE(dx[i] == (i % 3 == 0 ? dy[i] : 0.0F));
}

TEST_CASE("the gradient of a learned step can be worked out by hand") {
  // On [-5, 10] in steps of 0.5: 0.6 steps -> 1, -1.4 -> -1, 20 -> 10 (clipped), -20 -> -5 (clipped), 0.5 -> 0.
  const std::vector<float> x = {0.3F, -0.7F, 10, -10, 0.25F}, dy = {1, 2, 3, 4, 5};
  std::vector<float> dx(x.size());
  CHECK(learned_step_gradient(dy.data(), x.data(), dx.data(), 5, grid_of(0.5F, 5, 0, 15)) ==
        Approx(1 * 0.4 + 2 * 0.4 + 3 * 10 - 4 * 5 - 5 * 0.5));
  CHECK(dx == std::vector<float>{1, 2, 0, 0, 5});
  // After a ReLU what is negative is 0, which is a step.
  CHECK(learned_step_gradient(dy.data(), x.data(), dx.data(), 5, grid_of(0.5F, 5, 0, 15, 0)) ==
        Approx(1 * 0.4 + 3 * 10 - 5 * 0.5));
  CHECK(dx == std::vector<float>{1, 0, 0, 0, 5});
  // A clip at 0.28, 0.56 steps.
  CHECK(learned_step_gradient(dy.data(), x.data(), dx.data(), 5, grid_of(0.5F, 5, 0, 15, 0, 0.28F)) ==
        Approx(1 * 0.44 + 3 * 0.44 - 5 * 0.5));
  CHECK(dx == std::vector<float>{0, 0, 0, 0, 5});
}

TEST_CASE("the gradient of a learned step passes where the mask says") {
  for (const auto& grid : grids()) {
    const auto x = ties(grid);
    const auto dy = some_values(int64_t(x.size()), 1, 8);
    const auto mask = run(x, grid).mask;
    std::vector<float> by_mask(x.size()), dx(x.size());
    apply_mask(dy.data(), mask.data(), by_mask.data(), int64_t(x.size()));
    (void)learned_step_gradient(dy.data(), x.data(), dx.data(), int64_t(x.size()), grid);
    CHECK(dx == by_mask);
  }
}

TEST_CASE("the number of threads changes no bit") {
  const auto grid = grid_of(0.02F, 100, 0, 255);
  const auto x = some_values(9 * kBlock + 5, 2, 10), dy = some_values(9 * kBlock + 5, 1, 11);
  const auto count = int64_t(x.size());
  const int before = at::get_num_threads();
  std::vector<KernelResult> results;
  std::vector<double> sums;
  for (const int threads : {1, 2, 5}) {
    at::set_num_threads(threads);
    results.push_back(run(x, grid));
    std::vector<float> dx(x.size());
    sums.push_back(learned_step_gradient(dy.data(), x.data(), dx.data(), count, grid));
  }
  at::set_num_threads(before);
  for (const auto& result : results) {
    CHECK((result.y == results[0].y && result.mask == results[0].mask));
    CHECK(result.extent.low == results[0].extent.low);
    CHECK(result.extent.high == results[0].extent.high);
  }
  CHECK(sums[1] == sums[0]);
  CHECK(sums[2] == sums[0]);
}

TEST_CASE("the extent of values, of which NaN is none") {
  const auto nothing = extent_of(nullptr, 0);
  CHECK(nothing.low > nothing.high);
  auto values = some_values(100, 1, 12);
  values[77] = -9;
  const auto extent = extent_of(values.data(), 100);
  CHECK(extent.low == -9);
  CHECK(extent.high == *std::max_element(values.begin(), values.end()));
  values[3] = 10;
  values[4] = kNan;
  CHECK(extent_of(values.data(), 100).high == 10);
}
