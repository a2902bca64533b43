#include "core/atomic_file.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "catch.h"
#include "core/error.h"

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

TEST_CASE("a missing file, a folder and an impossible folder are named") {
  CHECK_THROWS_WITH(read_file("/nonexistent/x"), contains("/nonexistent/x"));
  CHECK_THROWS_WITH(read_file("/tmp"), contains("a folder"));
  CHECK_THROWS_AS(ensure_folder("/proc/nothing/here"), Error);
}
