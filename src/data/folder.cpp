#include "data/folder.h"

#include <filesystem>

#include "base/error.h"

namespace qtool {

void require_folder(const std::string& path, const char* expected) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (std::filesystem::is_directory(status)) return;
  throw Error(ErrorKind::kUsage, {.what = "not a folder of data",
                                  .where = path,
                                  .got = std::filesystem::exists(status) ? "a file" : "nothing there",
                                  .expected = expected,
                                  .fix = "check the path after the kind of data"});
}

}  // namespace qtool
