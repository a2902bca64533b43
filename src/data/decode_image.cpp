#include "data/decode_image.h"

#include <ATen/ops/from_blob.h>
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb/stb_image.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/atomic_file.h"
#include "base/error.h"
#include "data/stb_memory.h"
#include "data/unpacked_size.h"

namespace qtool {
namespace {

[[noreturn]] void damaged(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::kUsage, {.what = "cannot decode the image",
                                  .where = path,
                                  .got = why,
                                  .expected = "a whole JPEG or PNG file",
                                  .fix = "replace or remove the file"});
}

/// stb_image fills what a cut-off JPEG lacks with grey instead of failing. Inside compressed data no marker
/// but restarts can occur, so an end marker (FF D9) must follow the last start of scan (FF DA).
bool is_cut_off_jpeg(std::string_view bytes) {
  if (!bytes.starts_with("\xff\xd8")) return false;
  const size_t scan = bytes.rfind("\xff\xda");
  return scan == std::string_view::npos || bytes.find("\xff\xd9", scan) == std::string_view::npos;
}

/// Width times height that a PNG file states, 0 for others. stb_image takes what is too large for it for no image at
/// all.
uint64_t png_pixels(const std::string& bytes) {
  if (bytes.size() < 24 || !bytes.starts_with("\x89PNG")) return 0;
  const auto number = [&](size_t at) {
    uint64_t value = 0;
    for (size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  };
  return number(16) * number(20);
}

/// What decoding takes at once: four channels of 16 bits and the file itself, twice, since stb_image doubles what is
/// too small.
size_t most_of_a_block(size_t pixels, size_t packed) { return 2 * (8 * pixels + packed) + (size_t{1} << 20); }

}  // namespace

namespace {

std::string read_whole(const std::string& path, uint64_t most_bytes) {
  std::error_code code;
  const auto file_bytes = std::filesystem::file_size(path, code);
  if (!code) check_unpacked_size(file_bytes, std::min<uint64_t>(most_bytes, INT_MAX), path);
  std::string bytes = read_file(path);
  if (bytes.empty()) damaged(path, "an empty file");
  return bytes;
}

/// uint8 [C, H, W] with as many channels, or with those of the file where `channels` is 0.
at::Tensor decode(const std::string& bytes, const std::string& path, int64_t channels, uint64_t most_bytes) {
  if (is_cut_off_jpeg(bytes)) damaged(path, "a JPEG file that is cut off before its end");
  check_unpacked_size(png_pixels(bytes), most_bytes, path);
  const auto* packed = reinterpret_cast<const stbi_uc*>(bytes.data());
  const auto packed_size = int(bytes.size());
  int width = 0, height = 0, stored_channels = 0;
  if (stbi_info_from_memory(packed, packed_size, &width, &height, &stored_channels) == 0)
    damaged(path, stbi_failure_reason());
  if (channels == 0) channels = stored_channels;
  check_unpacked_size(uint64_t(width) * uint64_t(height) * uint64_t(channels), most_bytes, path);
  const StbMemoryLimit limit(most_of_a_block(size_t(width) * size_t(height), bytes.size()));
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(packed, packed_size, &width, &height, &stored_channels, int(channels)),
      &stbi_image_free);
  if (!pixels)
    damaged(path, StbMemoryLimit::was_met() ? "more data inside than its size says" : stbi_failure_reason());
  return at::from_blob(pixels.get(), {height, width, channels}, at::kByte)
      .permute({2, 0, 1})
      .clone(at::MemoryFormat::Contiguous);
}

constexpr size_t kPngDepth = 24, kPngColour = 25;
constexpr char kGrey = 0, kPalette = 3;

[[noreturn]] void no_class_map(const std::string& path, const std::string& got) {
  throw Error(ErrorKind::kUsage,
              {.what = "a mask is no map of classes",
               .where = path,
               .got = got,
               .expected = "a PNG file of one channel or with a palette, at most 8 bits",
               .fix = "save class numbers, e.g. PIL.Image.fromarray(classes.astype('uint8'))"});
}

}  // namespace

at::Tensor decode_image(const std::string& path, int64_t channels, uint64_t most_bytes) {
  return decode(read_whole(path, most_bytes), path, channels, most_bytes);
}

at::Tensor decode_class_map(const std::string& path, uint64_t most_bytes) {
  std::string bytes = read_whole(path, most_bytes);
  if (png_pixels(bytes) == 0 || bytes.size() <= kPngColour) no_class_map(path, "no PNG file");
  const int depth = bytes[kPngDepth];
  if (depth > 8) no_class_map(path, std::to_string(depth) + " bits");
  // Numbers of a palette are stored as greys are. stb_image, which would look the colours up, reads no check sums.
  if (bytes[kPngColour] == kPalette) {
    bytes[kPngColour] = kGrey;
    if (const size_t alpha = bytes.find("tRNS"); alpha < bytes.find("IDAT"))
      bytes[alpha] = 'x';  // to be skipped
  }
  const at::Tensor map = decode(bytes, path, 0, most_bytes);
  if (map.size(0) != 1) no_class_map(path, std::to_string(map.size(0)) + " channels");
  const int64_t step = depth < 8 ? 255 / ((1 << depth) - 1) : 1;  // by which stb_image has spread few bits
  return map.squeeze(0).floor_divide(step).to(at::kLong);
}

}  // namespace qtool
