#include "base/sha256.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("sha256 gives the digests of FIPS 180-4's examples") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a file is hashed over its pieces") {
  const std::string bytes(700'001, 'x');  // more than two pieces
  const std::string path =
      std::filesystem::temp_directory_path() / ("qtool-sha256-" + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << bytes;
  CHECK(sha256_file(path) == sha256(bytes));
  std::filesystem::remove(path);
  CHECK_THROWS_AS(sha256_file(path), Error);
}
