#include "data/transform.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include <array>
#include <cmath>

#include "core/error.h"
#include "data/stack_samples.h"

namespace qtool {
namespace {

using Table = std::array<float, 256>;

/// `values` for each of C channels, float32.
std::vector<float> per_channel(const std::vector<double>& values, float missing, int64_t channels,
                               const char* key, const std::string& where) {
  if (values.empty()) return std::vector<float>(size_t(channels), missing);
  if (values.size() == 1) return std::vector<float>(size_t(channels), float(values[0]));
  if (int64_t(values.size()) != channels)
    throw Error(ErrorKind::kUsage,
                {.what = std::string("'") + key + "' does not fit the number of channels",
                 .where = where,
                 .got = std::to_string(values.size()) + " values",
                 .expected = channels == 1 ? "1 value" : "1 or " + std::to_string(channels) + " values",
                 .fix = std::string("write one value, or one for each channel: ") + key + "=0.4/0.5/0.6"});
  return {values.begin(), values.end()};
}

/// What each of the 256 pixel values becomes.
Table pixel_table(float mean, float std) {
  Table table{};
  for (size_t pixel = 0; pixel < table.size(); ++pixel) table[pixel] = (float(pixel) / 255.0f - mean) / std;
  return table;
}

at::Tensor look_up(const at::Tensor& images, const std::vector<Table>& tables) {
  const at::Tensor source = images.contiguous();
  at::Tensor result = at::empty(source.sizes(), at::kFloat);
  const int64_t planes = source.size(0) * source.size(1), pixels = source.size(2) * source.size(3);
  const uint8_t* from = source.data_ptr<uint8_t>();
  float* to = result.data_ptr<float>();
  for (int64_t plane = 0; plane < planes; ++plane) {
    const Table& table = tables[size_t(plane) % tables.size()];
    for (int64_t i = 0; i < pixels; ++i) *to++ = table[*from++];
  }
  return result;
}

/// [C] as [1, C, 1, ...], so that it goes along axis 1 of a tensor with so many dimensions.
at::Tensor along_channels(const std::vector<float>& values, int64_t dimensions) {
  std::vector<int64_t> shape(size_t(dimensions), 1);
  if (dimensions > 1) shape[1] = int64_t(values.size());
  at::Tensor tensor = at::empty(shape, at::kFloat);
  std::copy(values.begin(), values.end(), tensor.data_ptr<float>());
  return tensor;
}

at::Tensor to_unit_range(const at::Tensor& x) {
  return is_images(x) ? look_up(x, {pixel_table(0.0f, 1.0f)}) : x.to(at::kFloat);
}

at::Tensor resize(const at::Tensor& x, int64_t shorter) {
  const int64_t height = x.size(2), width = x.size(3);
  const std::vector<int64_t> size = height < width ? std::vector<int64_t>{shorter, shorter * width / height}
                                                   : std::vector<int64_t>{shorter * height / width, shorter};
  return at::upsample_bilinear2d(to_unit_range(x), at::IntArrayRef(size), /*align_corners=*/false);
}

at::Tensor centre_crop(const at::Tensor& x, int64_t side, const std::string& where) {
  const int64_t height = x.size(2), width = x.size(3);
  if (height < side || width < side)
    throw Error(ErrorKind::kUsage,
                {.what = "image is smaller than the crop",
                 .where = where,
                 .got = std::to_string(height) + "x" + std::to_string(width) + " pixels",
                 .expected = "at least " + std::to_string(side) + "x" + std::to_string(side),
                 .fix = "lower crop=, or set resize= to at least its value"});
  const auto start = [side](int64_t extent) { return std::lrint(double(extent - side) / 2); };
  return x.narrow(2, start(height), side).narrow(3, start(width), side);
}

}  // namespace

bool is_images(const at::Tensor& x) { return x.dim() == 4 && x.scalar_type() == at::kByte; }

at::Tensor resize_and_crop(const at::Tensor& x, const DataSpec& spec, const std::string& where) {
  if (spec.resize == 0 && spec.crop == 0) return x;
  if (!is_images(x) && !(x.dim() == 4 && x.is_floating_point()))
    throw Error(ErrorKind::kUsage,
                {.what = "resize and crop are for images",
                 .where = where,
                 .got = std::string(c10::toString(x.scalar_type())) + " " + shape_text(x.sizes()),
                 .expected = "unsigned bytes or floating point, [N, C, H, W]",
                 .fix = "leave resize= and crop= out"});
  const at::Tensor resized = spec.resize ? resize(x, spec.resize) : x;
  return spec.crop ? centre_crop(resized, spec.crop, where) : resized;
}

at::Tensor normalise(const at::Tensor& x, const DataSpec& spec, const std::string& where) {
  const bool given = !spec.mean.empty() || !spec.std.empty();
  if (!is_images(x) && !x.is_floating_point()) {
    if (!given) return x;
    throw Error(ErrorKind::kUsage,
                {.what = "mean and std are for images and floating-point data",
                 .where = where,
                 .got = std::string(c10::toString(x.scalar_type())) + " " + shape_text(x.sizes()),
                 .expected = "unsigned bytes [N, C, H, W], or floating point",
                 .fix = "leave mean= and std= out"});
  }
  if (!is_images(x) && !given) return x.to(at::kFloat);
  const int64_t channels = x.dim() > 1 ? x.size(1) : 1;
  const auto mean = per_channel(spec.mean, 0.0f, channels, "mean", where);
  const auto std = per_channel(spec.std, 1.0f, channels, "std", where);
  if (!is_images(x))
    return x.to(at::kFloat).sub(along_channels(mean, x.dim())).div(along_channels(std, x.dim()));
  std::vector<Table> tables;
  for (size_t channel = 0; channel < mean.size(); ++channel)
    tables.push_back(pixel_table(mean[channel], std[channel]));
  return look_up(x, tables);
}

}  // namespace qtool
