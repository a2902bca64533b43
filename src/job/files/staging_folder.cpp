#include "job/files/staging_folder.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "graph/read/onnx_file.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = ".unverified.";  // then the process id, and six letters of mkdtemp's

void remove_leftovers(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.rfind(kPrefix, 0) != 0) continue;
    const int writer = std::atoi(name.c_str() + std::strlen(kPrefix));
    if (writer > 0 && kill(writer, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), ignored);
  }
}

[[noreturn]] void machine_error(const std::string& what, const std::string& where, int code) {
  throw Error(ErrorKind::kMachine, {.what = what,
                                    .where = where,
                                    .got = std::strerror(code),
                                    .fix = "choose a folder that you may write to with -o"});
}

}  // namespace

StagingFolder::StagingFolder(const std::string& folder)
    : folder_(folder), staging_(folder + "/" + kPrefix + std::to_string(getpid()) + ".XXXXXX") {
  remove_leftovers(folder);
  if (mkdtemp(staging_.data()) == nullptr) machine_error("cannot create a folder", folder, errno);
}

StagingFolder::~StagingFolder() {
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
}

std::string StagingFolder::path(const std::string& name) const { return staging_ + "/" + name; }

void StagingFolder::move(const std::string& name) const {
  std::error_code error;
  fs::rename(path(name), fs::path(folder_) / name, error);
  if (error) machine_error("cannot rename a file", folder_ + "/" + name, error.value());
}

void StagingFolder::publish(const std::vector<std::string>& names) const {
  for (const auto& name : names) {
    const auto data = onnx_data_file(name);
    std::error_code ignored;
    if (!fs::exists(path(data))) {
      move(name);
      fs::remove(fs::path(folder_) / data, ignored);
      continue;
    }
    // At no time does a model stand beside the weights of another one.
    fs::remove(fs::path(folder_) / name, ignored);
    move(data);
    move(name);
  }
}

}  // namespace qtool
