#include "batch/state/fingerprint.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/interrupt.h"
#include "base/sha256.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored))
    return fs::exists(path, ignored) ? std::vector<fs::path>{path} : std::vector<fs::path>{};
  std::vector<fs::path> files;
  const auto options =
      fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied;
  for (auto it = fs::recursive_directory_iterator(path, options, ignored); it != fs::end(it);
       it.increment(ignored))
    if (it->is_regular_file(ignored)) files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string stamp_of(const std::vector<fs::path>& files) {
  std::string text;
  for (const auto& file : files) {
    std::error_code ignored;
    text += file.string() + '\0' + std::to_string(fs::file_size(file, ignored)) + '\0' +
            std::to_string(fs::last_write_time(file, ignored).time_since_epoch().count()) + '\n';
  }
  return sha256(text);
}

std::string content_of(const fs::path& path, const std::vector<fs::path>& files) {
  if (files.size() == 1 && files[0] == path) return sha256_file(path.string());
  std::string text;
  for (const auto& file : files) {
    throw_if_interrupted();
    text += file.lexically_relative(path).string() + '\0' + sha256_file(file.string()) + '\n';
  }
  return sha256(text);
}

}  // namespace

Fingerprint fingerprint(const std::string& path, const Fingerprint* known) {
  const auto files = files_of(path);
  if (files.empty()) return {.path = path};
  Fingerprint print{.path = path, .stamp = stamp_of(files)};
  const bool same = known != nullptr && known->path == path && known->stamp == print.stamp;
  print.sha256 = same ? known->sha256 : content_of(path, files);
  return print;
}

}  // namespace qtool
