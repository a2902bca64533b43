#include "graph/read/archive_check.h"

#include <zip.h>

#include <filesystem>
#include <memory>
#include <set>
#include <vector>

#include "base/limits.h"

namespace qtool {
namespace {

using Archive = std::unique_ptr<zip_t, void (*)(zip_t*)>;

/// PyTorch packs code, not weights; of an archive that somebody packed again, this much, unless limits are lifted.
constexpr uint64_t kMostUnpacked = uint64_t(2) << 30;

Archive open_archive(const std::string& path) {
  return {zip_open(path.c_str(), ZIP_RDONLY, nullptr), zip_discard};
}

zip_uint64_t count_of(zip_t* archive) { return zip_uint64_t(zip_get_num_entries(archive, 0)); }

/// libzip compares the checksum when the last byte has been read. A member that unpacks to more than it says is not
/// read on.
bool is_whole(zip_t* archive, const zip_stat_t& status, std::vector<char>& buffer) {
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> member(zip_fopen_index(archive, status.index, 0),
                                                                 zip_fclose);
  if (!member) return false;
  zip_int64_t got = 0;
  zip_uint64_t total = 0;
  do {
    got = zip_fread(member.get(), buffer.data(), buffer.size());
    if (got > 0) total += zip_uint64_t(got);
  } while (got > 0 && total <= status.size);
  return got == 0 && total == status.size;
}

std::string damaged_member(zip_t* archive) {
  std::vector<char> buffer(size_t(1) << 20);
  for (zip_uint64_t i = 0; i < count_of(archive); ++i) {
    zip_stat_t status;
    if (zip_stat_index(archive, i, 0, &status) != 0) return "its directory";
    if (!is_whole(archive, status, buffer)) return status.name;
  }
  return "";
}

/// Of the directory alone, before anything is unpacked.
std::string flaw_of_directory(zip_t* archive, uint64_t file_bytes) {
  std::set<std::string> names;
  uint64_t stored = 0, unpacked = 0;
  for (zip_uint64_t i = 0; i < count_of(archive); ++i) {
    zip_stat_t status;
    if (zip_stat_index(archive, i, ZIP_FL_ENC_RAW, &status) != 0) return "its directory is cut off";
    if (!names.insert(status.name).second) return std::string("two members have the name ") + status.name;
    if (status.comp_size > file_bytes - stored) return "its members lie in each other";
    stored += status.comp_size;
    if (status.comp_method == ZIP_CM_STORE) continue;
    if (status.size > kMostUnpacked - unpacked && !limits_are_lifted())
      return "it unpacks to more than " + std::to_string(kMostUnpacked >> 30) +
             " GiB; PyTorch stores weights as they are";
    unpacked += status.size;
  }
  return "";
}

}  // namespace

std::string damaged_member(const std::string& path) {
  const Archive archive = open_archive(path);
  return archive ? damaged_member(archive.get()) : "its directory";
}

bool archive_holds(const std::string& path, const std::string& name) {
  const Archive archive = open_archive(path);
  if (!archive) return false;
  for (zip_uint64_t i = 0; i < count_of(archive.get()); ++i) {
    const char* member = zip_get_name(archive.get(), i, ZIP_FL_ENC_RAW);
    if (member != nullptr && std::string(member).ends_with("/" + name)) return true;
  }
  return false;
}

std::string flaw_of_archive(const std::string& path) {
  const Archive archive = open_archive(path);
  if (!archive) return "its directory is cut off";
  if (auto flaw = flaw_of_directory(archive.get(), std::filesystem::file_size(path)); !flaw.empty())
    return flaw;
  const std::string damaged = damaged_member(archive.get());
  return damaged.empty() ? "" : damaged + " is cut off or does not have its checksum";
}

}  // namespace qtool
