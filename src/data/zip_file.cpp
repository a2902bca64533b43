#include "data/zip_file.h"

#include <zip.h>

#include <filesystem>
#include <mutex>
#include <set>
#include <utility>

#include "base/error.h"
#include "data/unpacked_size.h"
#include "graph/read/archive_check.h"

namespace qtool {
namespace {

using Archive = std::shared_ptr<zip_t>;
using Stream = std::shared_ptr<zip_file_t>;

[[noreturn]] void refuse(const std::string& where, const std::string& got) {
  throw Error(ErrorKind::kUsage, {.what = "cannot read the zip file",
                                  .where = where,
                                  .got = got,
                                  .expected = "a whole zip file, as numpy.savez writes it",
                                  .fix = "check the path, and save or copy the file again"});
}

Archive open_archive(const std::string& path) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive) return {archive, zip_discard};
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string message = zip_error_strerror(&error);
  zip_error_fini(&error);
  refuse(path, message);
}

/// Samples are read here and there, which no checksum covers; so all of the file is read once. Each stage of a job
/// opens its data anew: a file that stayed as it was is not read again.
void check_whole(const std::string& path) {
  static std::mutex mutex;
  static std::set<std::pair<std::string, std::filesystem::file_time_type>> checked;
  std::error_code unknown_time;
  const std::pair version(path, std::filesystem::last_write_time(path, unknown_time));
  const std::lock_guard lock(mutex);
  if (!unknown_time && checked.contains(version)) return;
  if (const auto damaged = damaged_member(path); !damaged.empty())
    refuse(path, damaged + " is cut off or does not have its checksum");
  checked.insert(version);
}

size_t read_stream(zip_file_t* stream, const std::string& name, char* to, size_t count) {
  size_t done = 0;
  while (done < count) {
    const zip_int64_t got = zip_fread(stream, to + done, count - done);
    if (got < 0) refuse(name, zip_file_strerror(stream));
    if (got == 0) break;
    done += size_t(got);
  }
  return done;
}

class StoredMember : public ByteSource {
 public:
  StoredMember(std::string name, Archive archive, Stream stream, uint64_t size)
      : ByteSource(std::move(name)), archive_(std::move(archive)), stream_(std::move(stream)), size_(size) {}

 private:
  size_t read_some(uint64_t offset, void* to, size_t count) override {
    if (offset >= size_) return 0;  // libzip crashes where it is to seek in an empty member
    if (zip_fseek(stream_.get(), zip_int64_t(offset), SEEK_SET) != 0)
      refuse(name(), zip_file_strerror(stream_.get()));
    return read_stream(stream_.get(), name(), static_cast<char*>(to), count);
  }
  uint64_t size() override { return size_; }

  Archive archive_;  // closed after the stream
  Stream stream_;
  uint64_t size_;
};

/// True where the member's bytes lie in the file as they are.
bool is_stored(const zip_stat_t& status) {
  return status.comp_method == ZIP_CM_STORE && status.encryption_method == ZIP_EM_NONE;
}

std::shared_ptr<ByteSource> open_member(const Archive& archive, const std::string& name,
                                        const zip_stat_t& status, uint64_t most_bytes) {
  const Stream stream(zip_fopen_index(archive.get(), status.index, 0), [](zip_file_t* file) {
    if (file) zip_fclose(file);
  });
  if (!stream) refuse(name, zip_strerror(archive.get()));
  if (is_stored(status)) return std::make_shared<StoredMember>(name, archive, stream, status.size);
  return unpack_once(
      name,
      [archive, stream, name](char* to, size_t count) { return read_stream(stream.get(), name, to, count); },
      uint32_t(status.size), most_bytes);
}

std::vector<zip_stat_t> statuses_of(const Archive& archive, const std::string& path) {
  std::vector<zip_stat_t> statuses;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive.get(), 0); ++i) {
    zip_stat_t status;
    if (zip_stat_index(archive.get(), zip_uint64_t(i), 0, &status) != 0)
      refuse(path, zip_strerror(archive.get()));
    statuses.push_back(status);
  }
  return statuses;
}

void check_sizes(const std::vector<zip_stat_t>& statuses, const std::string& path, uint64_t most_bytes) {
  for (const auto& status : statuses)
    if (!is_stored(status)) check_unpacked_size(status.size, most_bytes, path + ":" + status.name);
}

}  // namespace

void check_zip_sizes(const std::string& path, uint64_t most_bytes) {
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, nullptr), zip_discard);
  if (archive) check_sizes(statuses_of(archive, path), path, most_bytes);
}

std::vector<ZipMember> open_zip(const std::string& path, uint64_t most_bytes) {
  const Archive archive = open_archive(path);
  const auto statuses = statuses_of(archive, path);
  const auto name_of = [&](const zip_stat_t& status) { return path + ":" + status.name; };
  check_sizes(statuses, path, most_bytes);
  check_whole(path);
  std::vector<ZipMember> members;
  for (const auto& status : statuses)
    members.push_back({status.name, open_member(archive, name_of(status), status, most_bytes)});
  return members;
}

}  // namespace qtool
