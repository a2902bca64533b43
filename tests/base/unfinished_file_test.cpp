#include "base/unfinished_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.h"

using namespace qtool;

TEST_CASE("files that are not finished are removed, the others stay") {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("qtool_unfinished." + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto file = [&](const std::string& name) {
    std::ofstream(folder + "/" + name) << "x";
    return folder + "/" + name;
  };
  const UnfinishedFile first(file("first"));
  { const UnfinishedFile done(file("done")); }
  const UnfinishedFile second(file("second"));
  UnfinishedFile::remove_all();
  CHECK_FALSE(std::filesystem::exists(folder + "/first"));
  CHECK_FALSE(std::filesystem::exists(folder + "/second"));
  CHECK(std::filesystem::exists(folder + "/done"));
  std::filesystem::remove_all(folder);
}
