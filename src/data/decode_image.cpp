#include "data/decode_image.h"

#include <ATen/ops/from_blob.h>
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb/stb_image.h>

#include <climits>
#include <memory>
#include <string_view>

#include "core/atomic_file.h"
#include "core/error.h"

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

}  // namespace

at::Tensor decode_image(const std::string& path, int64_t channels) {
  const std::string bytes = read_file(path);
  if (bytes.empty()) damaged(path, "an empty file");
  if (bytes.size() > INT_MAX) damaged(path, "a file of more than 2 GiB");
  if (is_cut_off_jpeg(bytes)) damaged(path, "a JPEG file that is cut off before its end");
  int width = 0, height = 0, stored_channels = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()), int(bytes.size()), &width,
                            &height, &stored_channels, int(channels)),
      &stbi_image_free);
  if (!pixels) damaged(path, stbi_failure_reason());
  return at::from_blob(pixels.get(), {height, width, channels}, at::kByte)
      .permute({2, 0, 1})
      .clone(at::MemoryFormat::Contiguous);
}

}  // namespace qtool
