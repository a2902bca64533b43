#include "core/atomic_file.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/error.h"

namespace qtool {
namespace {

const char* fix_of(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "free some space, or write to another disk with -o";
    case EFBIG:
      return "raise the limit on the size of files (ulimit -f)";
    default:
      return "choose a folder that you may write to with -o";
  }
}

[[noreturn]] void machine_error(const std::string& what, const std::string& path, int code) {
  throw Error(ErrorKind::kMachine,
              {.what = what, .where = path, .got = std::strerror(code), .fix = fix_of(code)});
}

constexpr const char* kTemporary = ".tmp.";  // between the final name and the writer's process id

/// A file that is unlinked again unless it was renamed to its final name.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& final_path)
      : path_(final_path + kTemporary + std::to_string(getpid())) {
    descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ < 0) machine_error("cannot create a file", final_path, errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!renamed_) unlink(path_.c_str());
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) machine_error("cannot write the whole file", path_, errno);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }

  void rename_to(const std::string& final_path) {
    const int synced = fsync(descriptor_) == 0 || errno == EINVAL ? 0 : errno;
    if (synced != 0) machine_error("cannot write the whole file", final_path, synced);
    const int closed = close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) machine_error("cannot write the whole file", final_path, errno);
    if (std::rename(path_.c_str(), final_path.c_str()) != 0)
      machine_error("cannot rename a file", final_path, errno);
    renamed_ = true;
  }

 private:
  std::string path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

/// Removes the temporary files of processes that are no more.
void remove_leftovers(const std::filesystem::path& path) {
  const std::string prefix = path.filename().string() + kTemporary;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(prefix, 0) != 0) continue;
    const int writer = std::atoi(name.c_str() + prefix.size());
    if (writer > 0 && kill(writer, 0) != 0 && errno == ESRCH) std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace

void write_file(const std::string& path, std::string_view bytes) {
  TemporaryFile file(path);
  file.write(bytes);
  file.rename_to(path);
  remove_leftovers(std::filesystem::absolute(path));
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in && !std::filesystem::is_directory(path)) text << in.rdbuf();
  if (!in || std::filesystem::is_directory(path))
    throw Error(ErrorKind::kUsage,
                {.what = "cannot read a file",
                 .where = path,
                 .got = std::filesystem::is_directory(path) ? "a folder" : std::strerror(errno),
                 .expected = "a readable file",
                 .fix = "check the path"});
  return text.str();
}

void ensure_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) machine_error("cannot create the output folder", path, error.value());
  if (!std::filesystem::is_directory(path)) machine_error("cannot create the output folder", path, ENOTDIR);
  if (access(path.c_str(), W_OK) != 0) machine_error("cannot write to the output folder", path, errno);
}

}  // namespace qtool
