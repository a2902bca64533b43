#include "data/transform.h"

#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/_upsample_nearest_exact2d.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "data/stack_samples.h"
#include "options/option_value.h"

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

constexpr double kPixelScale = 255;

bool is_given(const DataSpec& spec) { return spec.scale || !spec.mean.empty() || !spec.std.empty(); }

/// What x is divided by. Arrays are not rescaled unasked; mean and std without a scale are in units of [0, 1] pixels.
double scale_of(const at::Tensor& x, const DataSpec& spec) {
  if (spec.scale) return *spec.scale;
  return is_images(x) && (holds_pictures(spec.kind) || is_given(spec)) ? kPixelScale : 1;
}

/// A mean above 1 is of pixels from 0 to 255, but would be taken from pixels from 0 to 1.
void check_units(const std::vector<double>& values, const char* key, const std::string& where) {
  const auto large = std::find_if(values.begin(), values.end(), [](double value) { return value > 1; });
  if (large == values.end()) return;
  throw Error(ErrorKind::kUsage,
              {.what = std::string("'") + key + "' is not in the units of pixels from 0 to 1",
               .where = where,
               .got = key + ("=" + print_value(*large)) + ", where x = (pixel / 255 - mean) / std",
               .expected = "at most 1, or a scale that says what pixels are divided by",
               .fix = "add scale=1 where mean and std count from 0 to 255"});
}

/// What each of the 256 pixel values becomes.
Table pixel_table(float scale, float mean, float std) {
  Table table{};
  for (size_t pixel = 0; pixel < table.size(); ++pixel) table[pixel] = (float(pixel) / scale - mean) / std;
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

/// Height and width of what is resized; nothing where it stays.
std::optional<std::vector<int64_t>> resized_size(const at::Tensor& x, int64_t shorter) {
  const int64_t height = x.size(2), width = x.size(3);
  if (shorter == 0 || std::min(height, width) == shorter) return std::nullopt;
  return height < width ? std::vector<int64_t>{shorter, shorter * width / height}
                        : std::vector<int64_t>{shorter * height / width, shorter};
}

/// Pixels are rounded as PIL rounds them.
at::Tensor resize(const at::Tensor& x, const std::vector<int64_t>& size) {
  const at::Tensor resized =
      at::_upsample_bilinear2d_aa(x.to(at::kFloat), at::IntArrayRef(size), /*align_corners=*/false);
  return is_images(x) ? resized.round().to(at::kByte) : resized;
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
  const auto size = resized_size(x, spec.resize);
  const at::Tensor resized = size ? resize(x, *size) : x;
  return spec.crop ? centre_crop(resized, spec.crop, where) : resized;
}

at::Tensor resize_and_crop_map(const at::Tensor& map, const DataSpec& spec, const std::string& where) {
  at::Tensor x = map.unsqueeze(1);
  if (const auto size = resized_size(x, spec.resize))
    x = at::_upsample_nearest_exact2d(x.to(at::kFloat), at::IntArrayRef(*size)).to(at::kLong);
  return (spec.crop ? centre_crop(x, spec.crop, where) : x).squeeze(1);
}

at::Tensor normalise(const at::Tensor& x, const DataSpec& spec, const std::string& where) {
  const double scale = scale_of(x, spec);
  if (!is_given(spec) && scale == 1) return x.is_floating_point() ? x.to(at::kFloat) : x;
  if (!is_images(x) && !x.is_floating_point() && !spec.scale)
    throw Error(
        ErrorKind::kUsage,
        {.what = "mean and std are for images and floating-point data",
         .where = where,
         .got = std::string(c10::toString(x.scalar_type())) + " " + shape_text(x.sizes()),
         .expected = "unsigned bytes [N, C, H, W], or floating point",
         .fix = "leave mean= and std= out, or add scale= with what the numbers are to be divided by"});
  if (scale == kPixelScale && !spec.scale) {
    check_units(spec.mean, "mean", where);
    check_units(spec.std, "std", where);
  }
  const int64_t channels = x.dim() > 1 ? x.size(1) : 1;
  const auto mean = per_channel(spec.mean, 0.0f, channels, "mean", where);
  const auto std = per_channel(spec.std, 1.0f, channels, "std", where);
  if (!is_images(x))
    return x.to(at::kFloat)
        .div(float(scale))
        .sub(along_channels(mean, x.dim()))
        .div(along_channels(std, x.dim()));
  std::vector<Table> tables;
  for (size_t channel = 0; channel < mean.size(); ++channel)
    tables.push_back(pixel_table(float(scale), mean[channel], std[channel]));
  return look_up(x, tables);
}

}  // namespace qtool
