#include "data/files.h"

#include <stdlib.h>
#include <zip.h>
#include <zlib.h>

#include "base/atomic_file.h"
#include "catch.h"
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace qtool {
namespace {

void append(void* to, void* bytes, int count) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size_t(count));
}

}  // namespace

TemporaryFolder::TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "qtool-test.XXXXXX") {
  REQUIRE(mkdtemp(path_.data()) != nullptr);
}

void put(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_file(path, bytes);
}

std::string get(const std::string& path) { return read_file(path); }

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = uInt(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = uInt(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string idx(const std::vector<uint32_t>& extents, const std::string& values) {
  std::string bytes = {0, 0, 8, char(extents.size())};
  for (const uint32_t extent : extents)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += char(extent >> shift);
  return bytes + values;
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& values,
                const std::string& fortran_order) {
  const std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + fortran_order + ", 'shape': " + shape + ", }\n";
  return std::string("\x93NUMPY\x01\x00", 8) + char(header.size()) + '\0' + header + values;
}

void put_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& members,
             Packing packing) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  REQUIRE(archive != nullptr);
  for (const auto& [name, bytes] : members) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const auto index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    REQUIRE(index >= 0);
    zip_set_file_compression(archive, zip_uint64_t(index),
                             packing == Packing::kStored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
  }
  REQUIRE(zip_close(archive) == 0);
}

std::string png(int height, int width, int channels, const std::string& pixels) {
  std::string bytes;
  REQUIRE(stbi_write_png_to_func(append, &bytes, width, height, channels, pixels.data(), width * channels));
  return bytes;
}

std::string jpeg(int height, int width, int channels, const std::string& pixels) {
  std::string bytes;
  REQUIRE(stbi_write_jpg_to_func(append, &bytes, width, height, channels, pixels.data(), /*quality=*/95));
  return bytes;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace qtool
