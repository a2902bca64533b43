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
  const DataSpec spec{.kind = DataKind::kIdx, .mean = {0.286}, .std = {0.353}};
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

TEST_CASE("pictures without mean and std are in [0, 1]") {
  for (const DataKind kind : {DataKind::kIdx, DataKind::kCifar, DataKind::kImages}) {
    const at::Tensor x = normalise(make<uint8_t>({1, 1, 1, 3}, {0, 51, 255}), {.kind = kind}, "x");
    CHECK(values_of<float>(x) == std::vector<float>{0.0f, 0.2f, 1.0f});
  }
}

TEST_CASE("bytes of arrays go in as they are unless the spec says more") {
  const at::Tensor bytes = make<uint8_t>({1, 1, 1, 3}, {0, 51, 255});
  for (const DataKind kind : {DataKind::kNpy, DataKind::kNpz, DataKind::kTensors}) {
    const auto with = [&](DataSpec spec) {
      spec.kind = kind;
      return normalise(bytes, spec, "x");
    };
    CHECK(with({}).scalar_type() == at::kByte);
    CHECK(with({}).equal(bytes));
    CHECK(values_of<float>(with({.scale = 1})) == std::vector<float>{0, 51, 255});
    CHECK(values_of<float>(with({.scale = 255})) == std::vector<float>{0.0f, 0.2f, 1.0f});
    CHECK(values_of<float>(with({.mean = {0.2}, .std = {0.5}})) == std::vector<float>{-0.4f, 0.0f, 1.6f});
    CHECK(values_of<float>(with({.scale = 1, .mean = {51}, .std = {3}})) == std::vector<float>{-17, 0, 68});
  }
}

TEST_CASE("whole numbers of any type are divided where a scale asks for it") {
  const at::Tensor sound = make<int16_t>({1, 2}, {-16384, 8192});
  CHECK(values_of<float>(normalise(sound, {.kind = DataKind::kNpy, .scale = 32768}, "x")) ==
        std::vector<float>{-0.5f, 0.25f});
}

TEST_CASE("a mean of pixels from 0 to 255 is not taken from pixels from 0 to 1") {
  const at::Tensor bytes = make<uint8_t>({1, 1, 1, 3}, {0, 51, 255});
  CHECK_THAT(message_of([&] {
               (void)normalise(bytes, {.kind = DataKind::kImages, .mean = {123.675}, .std = {58.395}},
                               "a.png");
             }),
             contains("'mean' is not in the units of pixels from 0 to 1") && contains("a.png") &&
                 contains("mean=123.675") && contains("add scale=1"));
  CHECK_THAT(message_of([&] { (void)normalise(bytes, {.kind = DataKind::kNpz, .std = {255}}, "x"); }),
             contains("'std' is not in the units"));
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

// Worked out by hand: a triangle of 8/3 pixels on both sides of each centre (1.33, 4, 6.67), its weights at the pixels'
// centres brought to a sum of 1. Without antialiasing they would be 0 125 250 and 0 128 0.
TEST_CASE("resize is antialiased, as torchvision and PIL do it") {
  const auto row = [](const std::vector<uint8_t>& pixels) {
    at::Tensor x = make<uint8_t>({1, 1, 1, 8}, pixels).expand({1, 1, 8, 8});
    return values_of<uint8_t>(resize_and_crop(x, {.resize = 3}, "x").narrow(2, 1, 1));
  };
  CHECK(row({0, 0, 0, 0, 250, 250, 250, 250}) == std::vector<uint8_t>{0, 125, 250});
  CHECK(row({0, 0, 0, 255, 0, 0, 0, 0}) == std::vector<uint8_t>{20, 79, 0});
}

TEST_CASE("resize draws pictures larger as torchvision does") {
  const at::Tensor x = make<float>({1, 1, 2, 2}, {0, 4, 8, 12});
  const at::Tensor large = resize_and_crop(x, {.resize = 4}, "x");
  CHECK(large.scalar_type() == at::kFloat);
  CHECK(values_of<float>(large.narrow(2, 0, 1)) == std::vector<float>{0, 1, 3, 4});
  CHECK(values_of<float>(large.narrow(3, 0, 1)) == std::vector<float>{0, 2, 6, 8});
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
