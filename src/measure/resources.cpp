#include "measure/resources.h"

#include <sys/resource.h>

#include <filesystem>

#include "base/error.h"

namespace qtool {

int64_t file_bytes(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error)
    throw Error(ErrorKind::kUsage, {.what = "cannot tell the size of a file",
                                    .where = path,
                                    .got = error.message(),
                                    .expected = "a file",
                                    .fix = "check the path"});
  return int64_t(bytes);
}

int64_t peak_rss_bytes() {
  rusage usage{};
  QTOOL_ASSERT(getrusage(RUSAGE_SELF, &usage) == 0);
  return int64_t(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace qtool
