#include "data/transform.h"

#include <ATen/ops/empty.h>

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

template <class Number>
at::Tensor make(at::IntArrayRef shape, const std::vector<Number>& values) {
  at::Tensor tensor = at::empty(shape, c10::CppTypeToScalarType<Number>::value);
  REQUIRE(tensor.numel() == int64_t(values.size()));
  std::copy(values.begin(), values.end(), tensor.data_ptr<Number>());
  return tensor;
}

// Worked out by NumPy: (np.float32(p) / np.float32(255) - np.float32(mean)) / np.float32(std)
TEST_CASE("pixels are normalised to the last bit as NumPy does") {
  const DataSpec spec{.mean = {0.286}, .std = {0.353}};
  const at::Tensor x = normalise(make<uint8_t>({1, 1, 1, 5}, {0, 1, 77, 200, 255}), spec, "x");
  CHECK(values_of<float>(x) ==
        std::vector<float>{-0x1.9ed252p-1f, -0x1.992236p-1f, 0x1.726610p-5f, 0x1.696222p+0f, 0x1.02e69ep+1f});
}

TEST_CASE("each channel has its own mean and std") {
  const DataSpec spec{.mean = {0.286, 0.4914}, .std = {0.353, 0.247}};
  const at::Tensor x = normalise(make<uint8_t>({2, 2, 1, 1}, {0, 0, 200, 200}), spec, "x");
  CHECK(values_of<float>(x) ==
        std::vector<float>{-0x1.9ed252p-1f, -0x1.fd4e26p+0f, 0x1.696222p+0f, 0x1.2f9632p+0f});
}

TEST_CASE("images without mean and std are in [0, 1]") {
  const at::Tensor x = normalise(make<uint8_t>({1, 1, 1, 3}, {0, 51, 255}), {}, "x");
  CHECK(values_of<float>(x) == std::vector<float>{0.0f, 0.2f, 1.0f});
}

TEST_CASE("floating-point data is not divided by 255") {
  const at::Tensor x = make<double>({1, 2, 2}, {1, 2, 3, 5});
  const at::Tensor same = normalise(x, {}, "x");
  CHECK(same.scalar_type() == at::kFloat);
  CHECK(values_of<float>(same) == std::vector<float>{1, 2, 3, 5});
  const at::Tensor scaled = normalise(x, {.mean = {1, 2}, .std = {2}}, "x");
  CHECK(values_of<float>(scaled) == std::vector<float>{0, 0.5f, 0.5f, 1.5f});
}

TEST_CASE("whole numbers pass as they are, and refuse mean and std") {
  const at::Tensor tokens = make<int64_t>({1, 2}, {3, 4});
  CHECK(normalise(tokens, {}, "x").equal(tokens));
  CHECK_THAT(message_of([&] { (void)normalise(tokens, {.mean = {0.5}}, "tokens.npy"); }),
             contains("mean and std are for images and floating-point data") && contains("tokens.npy") &&
                 contains("Long [1, 2]"));
}

TEST_CASE("mean and std need one value or one for each channel") {
  const at::Tensor x = make<uint8_t>({1, 3, 1, 1}, {1, 2, 3});
  CHECK_THAT(message_of([&] {
               (void)normalise(x, {.mean = {0.1, 0.2}}, "x");
             }),
             contains("'mean' does not fit the number of channels") && contains("got:      2 values") &&
                 contains("expected: 1 or 3 values"));
  CHECK_THAT(message_of([&] {
               (void)normalise(x, {.std = {0.1, 0.2, 0.3, 0.4}}, "x");
             }),
             contains("'std' does not fit the number of channels"));
}

TEST_CASE("resize averages between pixel centres") {
  const at::Tensor x = make<uint8_t>({1, 1, 2, 4}, {0, 51, 102, 153, 51, 102, 153, 204});
  const at::Tensor small = resize_and_crop(x, {.resize = 1}, "x");  // means of 2x2 blocks: 51 and 153
  CHECK(small.sizes() == at::IntArrayRef({1, 1, 1, 2}));
  CHECK(values_of<float>(small)[0] == Approx(0.2));
  CHECK(values_of<float>(small)[1] == Approx(0.6));
}

TEST_CASE("resize sets the shorter side and rounds the longer one down") {
  const at::Tensor tall = make<uint8_t>({1, 1, 3, 2}, {1, 2, 3, 4, 5, 6});
  CHECK(resize_and_crop(tall, {.resize = 3}, "x").sizes() == at::IntArrayRef({1, 1, 4, 3}));
  CHECK(resize_and_crop(tall.transpose(2, 3), {.resize = 3}, "x").sizes() == at::IntArrayRef({1, 1, 3, 4}));
}

TEST_CASE("the centre is cropped where torchvision crops it") {
  const at::Tensor x = make<uint8_t>({1, 1, 3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  // (3 - 2) / 2 = 0.5 rounds to even, 0; (4 - 2) / 2 = 1
  CHECK(values_of<uint8_t>(resize_and_crop(x, {.crop = 2}, "x")) == std::vector<uint8_t>{1, 2, 5, 6});
  CHECK_THAT(message_of([&] { (void)resize_and_crop(x, {.crop = 4}, "a.png"); }),
             contains("image is smaller than the crop") && contains("a.png") && contains("3x4 pixels") &&
                 contains("at least 4x4"));
}

TEST_CASE("cropped images are normalised by channel") {
  const at::Tensor x = make<uint8_t>({1, 2, 1, 2}, {0, 51, 102, 255});
  CHECK(values_of<float>(normalise(resize_and_crop(x, {.crop = 1}, "x"), {.mean = {0, 0.4}}, "x")) ==
        std::vector<float>{0, 0});
}

TEST_CASE("only images are resized") {
  CHECK_THAT(message_of([] {
               (void)resize_and_crop(make<float>({1, 2}, {1, 2}), {.resize = 3}, "x");
             }),
             contains("resize and crop are for images") && contains("Float [1, 2]"));
}

}  // namespace
}  // namespace qtool
