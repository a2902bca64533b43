#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/error.h"
#include "catch.h"

using namespace qtool;
namespace fs = std::filesystem;

namespace {

/// A folder that is removed at the end of the test.
struct TemporaryFolder {
  fs::path path = fs::temp_directory_path() / ("qtool_core_" + std::to_string(::getpid()));
  TemporaryFolder() { fs::create_directories(path); }
  ~TemporaryFolder() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("a file is written whole and read back") {
  const TemporaryFolder folder;
  const auto path = (folder.path / "a").string();
  write_file(path, "one");
  write_file(path, std::string("two\0three", 9));
  CHECK(read_file(path) == std::string("two\0three", 9));
}

TEST_CASE("a full disk leaves the old file and no temporary one") {
  const TemporaryFolder folder;
  const auto path = (folder.path / "a").string();
  write_file(path, "old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK_THROWS_AS(write_file(path, std::string(5000, 'x')), Error);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(read_file(path) == "old");
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 1);
}

TEST_CASE("what a killed writer has left is removed, what another one is writing is not") {
  const TemporaryFolder folder;
  const auto path = (folder.path / "a").string();
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  const std::string dead = path + ".tmp." + std::to_string(child), living = path + ".tmp.1";
  write_file(dead, "half");
  write_file(living, "half");
  write_file(folder.path / ("b.tmp." + std::to_string(child)), "half");
  write_file(path, "whole");
  CHECK_FALSE(fs::exists(dead));
  CHECK(fs::exists(living));
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 3);
}

TEST_CASE("a link that was planted at the temporary's name is not followed") {
  const TemporaryFolder folder;
  const auto path = (folder.path / "a").string(), victim = (folder.path / "victim").string();
  write_file(victim, "precious");
  const auto planted = path + ".tmp." + std::to_string(getpid());
  fs::create_symlink(victim, planted);
  fs::create_symlink(folder.path / "nowhere", planted + ".1");
  write_file(path, "new");
  CHECK(read_file(path) == "new");
  CHECK(read_file(victim) == "precious");
  CHECK_FALSE(fs::is_symlink(path));
  CHECK_FALSE(fs::exists(folder.path / "nowhere"));
}

TEST_CASE("a link in a file's own place is replaced, not followed") {
  const TemporaryFolder folder;
  const auto path = (folder.path / "a").string(), victim = (folder.path / "victim").string();
  write_file(victim, "precious");
  fs::create_symlink(victim, path);
  NewFile(path).append("log");
  CHECK(read_file(path) == "log");
  fs::remove(path);
  fs::create_symlink(victim, path);
  write_file(path, "whole");
  CHECK(read_file(path) == "whole");
  CHECK(read_file(victim) == "precious");
}

TEST_CASE(
    "a file without end is read to the limit, a pipe as far as it goes, one that nobody writes to not at "
    "all") {
  CHECK_THROWS_WITH(read_file("/dev/zero"),
                    contains("/dev/zero") && contains("at most 64 MB") && contains("--no-limits"));
  const TemporaryFolder folder;
  const auto pipe = (folder.path / "pipe").string();
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(read_file(pipe).empty());
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK), writer = open(pipe.c_str(), O_WRONLY);
  const pid_t child = fork();
  if (child == 0) {
    usleep(50'000);
    _exit(write(writer, "late", 4) == 4 ? 0 : 1);
  }
  close(writer);
  CHECK(read_file(pipe) == "late");
  waitpid(child, nullptr, 0);
  close(reader);
}

TEST_CASE("a missing file, a folder and an impossible folder are named") {
  CHECK_THROWS_WITH(read_file("/nonexistent/x"), contains("/nonexistent/x"));
  CHECK_THROWS_WITH(read_file("/tmp"), contains("a folder"));
  CHECK_THROWS_AS(ensure_folder("/proc/nothing/here"), Error);
}
