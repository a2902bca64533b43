#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "data/byte_source.h"
#include "data/descriptor.h"
#include "data/unpacked_size.h"

namespace qtool {
namespace {

constexpr size_t kChunk = 1 << 18;

[[noreturn]] void cannot_unpack(const std::string& folder) {
  throw Error(ErrorKind::kMachine, {.what = "cannot unpack data to a temporary file",
                                    .where = folder,
                                    .got = std::strerror(errno),
                                    .fix = "free some space there, or set TMPDIR to a folder that has some"});
}

std::string temporary_folder() {
  std::error_code code;
  const auto folder = std::filesystem::temp_directory_path(code);
  return code ? "/tmp" : folder.string();
}

/// A file without a name: the system frees it however the program ends.
Descriptor nameless_file(const std::string& folder) {
  const int number = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (number >= 0) return Descriptor(number);
  std::string path = folder + "/qtool.XXXXXX";  // for file systems without O_TMPFILE
  Descriptor file(mkstemp(path.data()));
  if (!file.is_open()) cannot_unpack(folder);
  unlink(path.c_str());
  return file;
}

class UnpackOnce : public ByteSource {
 public:
  UnpackOnce(std::string name, Unpacker unpacker, std::optional<uint32_t> stated_size, uint64_t most)
      : ByteSource(std::move(name)),
        unpacker_(std::move(unpacker)),
        stated_size_(stated_size),
        most_(most),
        folder_(temporary_folder()),
        file_(nameless_file(folder_)) {}

 private:
  size_t read_some(uint64_t offset, void* to, size_t count) override {
    while (!at_end_ && unpacked_ < offset + count) unpack_chunk();
    return read_at(file_, offset, to, count);
  }

  uint64_t size() override {
    while (!at_end_) unpack_chunk();
    return unpacked_;
  }

  /// A damaged file would have to end in just these four bytes; then reading it finds the damage.
  bool surely_has_size(uint64_t bytes) const override {
    return stated_size_ && *stated_size_ == uint32_t(bytes);
  }

  uint64_t most_bytes() const override { return most_; }

  void unpack_chunk() {
    std::vector<char> chunk(kChunk);
    const size_t got = unpacker_(chunk.data(), chunk.size());
    at_end_ = got == 0;
    check_unpacked_size(unpacked_ + got, most_, name());
    for (size_t done = 0; done < got;) {
      const ssize_t written = pwrite(file_.get(), chunk.data() + done, got - done, off_t(unpacked_ + done));
      if (written <= 0) cannot_unpack(folder_);
      done += size_t(written);
    }
    unpacked_ += got;
  }

  Unpacker unpacker_;
  std::optional<uint32_t> stated_size_;
  uint64_t most_;
  std::string folder_;
  Descriptor file_;
  uint64_t unpacked_ = 0;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> unpack_once(std::string name, Unpacker unpacker,
                                        std::optional<uint32_t> stated_size, uint64_t most_bytes) {
  return std::make_unique<UnpackOnce>(std::move(name), std::move(unpacker), stated_size, most_bytes);
}

}  // namespace qtool
