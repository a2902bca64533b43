#include "report/job/describe_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("a file is described by size and hash") {
  const std::string folder = std::filesystem::temp_directory_path();
  const std::string name = "qtool-described-" + std::to_string(getpid()), path = folder + "/" + name;
  std::ofstream(path, std::ios::binary) << "abc";
  const ReportFile file = describe_file(folder, name);
  CHECK(file.name == name);
  CHECK(file.bytes == 3);
  CHECK(file.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  std::filesystem::remove(path);
  CHECK_THROWS_AS(describe_file(folder, name), Error);
}
