#include "data/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "data/descriptor.h"
#include "data/unpacked_size.h"

namespace qtool {
namespace {

class FileSource : public ByteSource {
 public:
  FileSource(const std::string& path, Descriptor file, uint64_t size)
      : ByteSource(path), file_(std::move(file)), size_(size) {}

 private:
  size_t read_some(uint64_t offset, void* to, size_t count) override {
    return read_at(file_, offset, to, count);
  }
  uint64_t size() override { return size_; }

  Descriptor file_;
  uint64_t size_;
};

Descriptor open_for_reading(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open())
    throw Error(ErrorKind::kUsage, {.what = "cannot read the data file",
                                    .where = path,
                                    .got = std::strerror(errno),
                                    .expected = "a file that can be read",
                                    .fix = "check the path and its permissions"});
  return file;
}

uint64_t file_size(const Descriptor& file, const std::string& path) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    throw Error(ErrorKind::kUsage, {.what = "not a regular file",
                                    .where = path,
                                    .got = "a folder or a special file",
                                    .expected = "a data file",
                                    .fix = "give the path of a file"});
  return uint64_t(status.st_size);
}

Unpacker gunzip(const std::string& path) {
  const std::shared_ptr<gzFile_s> stream(gzopen(path.c_str(), "rb"), [](gzFile file) {
    if (file) gzclose_r(file);
  });
  if (!stream) throw std::bad_alloc();
  gzbuffer(stream.get(), 1 << 17);
  return [stream, path](char* to, size_t count) {
    const int got = gzread(stream.get(), to, unsigned(count));
    int code = Z_OK;
    const char* message = gzerror(stream.get(), &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
      throw Error(ErrorKind::kUsage,
                  {.what = code == Z_BUF_ERROR ? "truncated gzip file" : "damaged gzip file",
                   .where = path,
                   .got = message,
                   .expected = "a whole gzip file",
                   .fix = "copy or download the file again"});
    return size_t(got);
  };
}

bool is_gzip(const Descriptor& file) {
  unsigned char magic[2] = {};
  return read_at(file, 0, magic, 2) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
}

/// The last four bytes of a gzip file: unpacked size modulo 2^32, little endian (RFC 1952).
uint32_t stated_gzip_size(const Descriptor& file, uint64_t packed_size) {
  unsigned char b[4] = {};
  if (packed_size >= 4) read_at(file, packed_size - 4, b, 4);
  return uint32_t(b[0]) | uint32_t(b[1]) << 8 | uint32_t(b[2]) << 16 | uint32_t(b[3]) << 24;
}

}  // namespace

void ByteSource::read(uint64_t offset, void* to, size_t count) {
  const size_t got = read_some(offset, to, count);
  if (got == count) return;
  throw Error(ErrorKind::kUsage, {.what = "truncated data file",
                                  .where = name_,
                                  .got = std::to_string(offset + got) + " bytes",
                                  .expected = "at least " + std::to_string(offset + count) + " bytes",
                                  .fix = "copy or download the file again"});
}

void ByteSource::require_size(uint64_t bytes) {
  check_unpacked_size(bytes, most_bytes(), name_);
  if (surely_has_size(bytes)) return;
  const uint64_t got = size();
  if (got == bytes) return;
  throw Error(ErrorKind::kUsage,
              {.what = got < bytes ? "truncated data file" : "data file is longer than its header says",
               .where = name_,
               .got = std::to_string(got) + " bytes",
               .expected = std::to_string(bytes) + " bytes, from the shape in its header",
               .fix = "copy or download the file again"});
}

std::unique_ptr<ByteSource> open_plain(const std::string& path) {
  Descriptor file = open_for_reading(path);
  const uint64_t size = file_size(file, path);
  return std::make_unique<FileSource>(path, std::move(file), size);
}

std::unique_ptr<ByteSource> open_bytes(const std::string& path, uint64_t most_unpacked_bytes) {
  const Descriptor file = open_for_reading(path);
  const uint64_t size = file_size(file, path);
  if (!is_gzip(file)) return open_plain(path);
  return unpack_once(path, gunzip(path), stated_gzip_size(file, size), most_unpacked_bytes);
}

}  // namespace qtool
