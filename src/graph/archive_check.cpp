#include "graph/archive_check.h"

#include <zip.h>

#include <memory>
#include <vector>

namespace qtool {
namespace {

/// libzip compares the checksum when the last byte has been read. What unpacks to more than its entry says is not read to the
/// end.
bool is_whole(zip_t* archive, zip_uint64_t index, std::vector<char>& buffer) {
  zip_stat_t status;
  if (zip_stat_index(archive, index, 0, &status) != 0) return false;
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> member(zip_fopen_index(archive, index, 0),
                                                                 zip_fclose);
  if (!member) return false;
  zip_int64_t got = 0;
  zip_uint64_t total = 0;
  do {
    got = zip_fread(member.get(), buffer.data(), buffer.size());
    total += got > 0 ? zip_uint64_t(got) : 0;
  } while (got > 0 && total <= status.size);
  return got == 0;
}

}  // namespace

std::string damaged_member(const std::string& path) {
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(zip_open(path.c_str(), ZIP_RDONLY, nullptr),
                                                         zip_discard);
  if (!archive) return "its directory";
  std::vector<char> buffer(size_t(1) << 20);
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive.get(), 0); ++i)
    if (!is_whole(archive.get(), zip_uint64_t(i), buffer))
      return zip_get_name(archive.get(), zip_uint64_t(i), 0);
  return "";
}

}  // namespace qtool
