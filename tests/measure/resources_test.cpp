#include "measure/resources.h"

#include <unistd.h>

#include <filesystem>
#include <vector>

#include "base/atomic_file.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("size of a file") {
  const auto path = std::filesystem::temp_directory_path() / ("size." + std::to_string(getpid()));
  write_file(path, std::string(1234, 'x'));
  CHECK(file_bytes(path) == 1234);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(file_bytes(path), contains(path.string()));
}

TEST_CASE("peak memory grows with what is held") {
  const int64_t before = peak_rss_bytes();
  CHECK(before > 1 << 20);
  std::vector<char> held(size_t(before) + (64 << 20), 'x');
  CHECK(peak_rss_bytes() - before >= 32 << 20);
  CHECK(held.back() == 'x');
}
