#include "report/job/describe_file.h"

#include <filesystem>

#include "base/sha256.h"

namespace qtool {

ReportFile describe_file(const std::string& directory, const std::string& name) {
  const std::string path = directory + "/" + name;
  ReportFile file{.name = name, .sha256 = sha256_file(path)};
  file.bytes = static_cast<int64_t>(std::filesystem::file_size(path));
  return file;
}

}  // namespace qtool
