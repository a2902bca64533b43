#include "base/atomic_file.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/limits.h"

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

constexpr uint64_t kLargestText = 64'000'000;  // bytes; JSON takes up to 16 times as many in memory

constexpr const char* kTemporary = ".tmp.";  // between the final name and the writer's process id

/// A file that was not there before, or -1 with errno. Whoever planted a link in the folder must not choose what is
/// written to.
int create(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

/// The number of bytes written before one could not be; errno says why.
size_t write_all(int descriptor, std::string_view bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno != EINTR) break;
    done += static_cast<size_t>(std::max<ssize_t>(written, 0));
  }
  return done;
}

/// A file, or a pipe such as bash's <(...), that is read from its beginning to its end.
class InputFile {
 public:
  // Without O_NONBLOCK, a pipe that nobody has opened for writing would hold the program up.
  explicit InputFile(const std::string& path)
      : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (descriptor_ < 0) refuse();
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { close(descriptor_); }

  /// 0 at the end.
  size_t read(char* to, size_t count) const {
    while (true) {
      const ssize_t got = ::read(descriptor_, to, count);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EAGAIN && errno != EINTR) refuse();
      throw_if_interrupted();
      pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
      poll(&waited, 1, /*timeout=*/-1);
    }
  }

 private:
  [[noreturn]] void refuse() const {
    throw Error(ErrorKind::kUsage, {.what = "cannot read a file",
                                    .where = path_,
                                    .got = errno == EISDIR ? "a folder" : std::strerror(errno),
                                    .expected = "a readable file",
                                    .fix = "check the path"});
  }

  const std::string& path_;
  int descriptor_;
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

StagedFile::StagedFile(const std::string& final_path) : final_path_(final_path) {
  constexpr int kMostTaken = 100;  // names that others may have taken
  const std::string name = final_path + kTemporary + std::to_string(getpid());
  for (int number = 0; number < kMostTaken && descriptor_ < 0; ++number) {
    path_ = number == 0 ? name : name + "." + std::to_string(number);
    descriptor_ = create(path_);
    if (descriptor_ < 0 && errno != EEXIST) break;
  }
  if (descriptor_ < 0) machine_error("cannot create a file", final_path, errno);
  unfinished_.emplace(path_);
}

StagedFile::~StagedFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!is_renamed_) unlink(path_.c_str());
}

void StagedFile::write(std::string_view bytes) {
  if (write_all(descriptor_, bytes) < bytes.size())
    machine_error("cannot write the whole file", path_, errno);
}

void StagedFile::finish() {
  const int synced = fsync(descriptor_) == 0 || errno == EINVAL ? 0 : errno;
  if (synced != 0) machine_error("cannot write the whole file", final_path_, synced);
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) machine_error("cannot write the whole file", final_path_, errno);
}

void StagedFile::rename() {
  if (descriptor_ >= 0) finish();
  if (std::rename(path_.c_str(), final_path_.c_str()) != 0)
    machine_error("cannot rename a file", final_path_, errno);
  is_renamed_ = true;
  unfinished_.reset();
  remove_leftovers(std::filesystem::absolute(final_path_));
}

void write_file(const std::string& path, std::string_view bytes) {
  StagedFile file(path);
  file.write(bytes);
  file.rename();
}

NewFile::NewFile(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) machine_error("cannot replace a file", path, errno);
  descriptor_ = create(path);
  if (descriptor_ < 0) machine_error("cannot create a file", path, errno);
}

NewFile::~NewFile() { close(descriptor_); }

void NewFile::append(std::string_view bytes) { write_all(descriptor_, bytes); }

std::string read_file(const std::string& path) {
  const InputFile file(path);
  std::string text;
  char chunk[1 << 16];
  while (const size_t got = file.read(chunk, sizeof chunk)) {
    text.append(chunk, got);
    check_size({"the file", path}, text.size(), kLargestText);
  }
  return text;
}

void ensure_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) machine_error("cannot create the output folder", path, error.value());
  if (!std::filesystem::is_directory(path)) machine_error("cannot create the output folder", path, ENOTDIR);
  if (access(path.c_str(), W_OK) != 0) machine_error("cannot write to the output folder", path, errno);
}

}  // namespace qtool
