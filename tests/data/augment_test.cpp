#include "data/augment.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/where.h>

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

using Pixels = std::vector<uint8_t>;

/// `copies` images 1 2 / 3 4.
at::Tensor images(int64_t copies) {
  at::Tensor tensor = at::empty({copies, 1, 2, 2}, at::kByte);
  for (int64_t i = 0; i < tensor.numel(); ++i) tensor.data_ptr<uint8_t>()[i] = uint8_t(1 + i % 4);
  return tensor;
}

/// The 2x2 parts of the image with a border of one zero, by row and column where they start.
const Pixels kShifted[3][3] = {{{0, 0, 0, 1}, {0, 0, 1, 2}, {0, 0, 2, 0}},
                               {{0, 1, 0, 3}, {1, 2, 3, 4}, {2, 0, 4, 0}},
                               {{0, 3, 0, 0}, {3, 4, 0, 0}, {4, 0, 0, 0}}};

TEST_CASE("a crop of the padded image moves it") {
  Rng rng({5}), twin({5});
  const at::Tensor moved = augment(images(40), {.shift_crop = 1}, rng, "x");
  for (int64_t i = 0; i < 40; ++i) {
    const uint64_t row = twin.below(3), column = twin.below(3);
    CHECK(values_of<uint8_t>(moved.select(0, i)) == kShifted[row][column]);
  }
}

TEST_CASE("half of the images are mirrored") {
  Rng rng({6}), twin({6});
  const at::Tensor mirrored = augment(images(40), {.flip = true}, rng, "x");
  int64_t count = 0;
  for (int64_t i = 0; i < 40; ++i) {
    const bool mirror = twin.below(2) == 1;
    count += mirror;
    CHECK(values_of<uint8_t>(mirrored.select(0, i)) == (mirror ? Pixels{2, 1, 4, 3} : Pixels{1, 2, 3, 4}));
  }
  CHECK((count > 8 && count < 32));
}

TEST_CASE("mirroring comes after moving, on every channel alike, for floats too") {
  const at::Tensor two_channels = at::empty({20, 2, 2, 2}, at::kFloat);
  for (int64_t i = 0; i < two_channels.numel(); ++i) two_channels.data_ptr<float>()[i] = float(1 + i % 4);
  Rng rng({7}), twin({7});
  const at::Tensor changed = augment(two_channels, {.flip = true, .shift_crop = 1}, rng, "x");
  for (int64_t i = 0; i < 20; ++i) {
    const bool mirror = twin.below(2) == 1;
    const uint64_t row = twin.below(3), column = twin.below(3);
    Pixels expected = kShifted[row][column];
    if (mirror) {
      std::swap(expected[0], expected[1]);
      std::swap(expected[2], expected[3]);
    }
    for (int64_t c = 0; c < 2; ++c)
      CHECK(values_of<float>(changed[i][c]) == std::vector<float>(expected.begin(), expected.end()));
  }
}

TEST_CASE("a shift wider than the image leaves zeros, not other memory") {
  Rng rng({8});
  const at::Tensor moved = augment(images(200), {.flip = true, .shift_crop = 9}, rng, "x");
  for (const uint8_t pixel : values_of<uint8_t>(moved)) CHECK(pixel <= 4);
}

TEST_CASE("the originals stay, and nothing asked is nothing done") {
  Rng rng({9});
  const at::Tensor x = images(3);
  CHECK(augment(x, {}, rng, "x").is_same(x));
  (void)augment(x, {.flip = true, .shift_crop = 1}, rng, "x");
  CHECK(x.equal(images(3)));
}

TEST_CASE("what are no images is refused") {
  Rng rng({1});
  CHECK_THAT(message_of([&] { (void)augment(images(1).flatten(), {.flip = true}, rng, "x.npy"); }),
             contains("augmentation is for images") && contains("x.npy") && contains("Byte [4]"));
}

TEST_CASE("class maps move with their pictures, and what comes from outside does not count") {
  Rng rng({7});
  const Augmentation both{.flip = true, .shift_crop = 1};
  const at::Tensor maps = augment_map(images(40).squeeze(1).to(at::kLong), both, rng);
  const at::Tensor moved = augment(images(40), both, rng, "x").squeeze(1).to(at::kLong);
  CHECK(at::equal(maps, at::where(moved.eq(0), moved - 1, moved)));
}

}  // namespace
}  // namespace qtool
