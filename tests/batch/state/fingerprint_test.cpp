#include "batch/state/fingerprint.h"

#include <filesystem>

#include "catch.h"
#include "data/files.h"

using namespace qtool;

TEST_CASE("a fingerprint follows content and names, of files and folders") {
  const TemporaryFolder folder;
  const std::string data = folder / "data";
  CHECK(fingerprint(data).sha256.empty());
  put(data + "/a", "1");
  put(data + "/sub/b", "2");
  const auto before = fingerprint(data);
  CHECK(fingerprint(data).sha256 == before.sha256);
  put(data + "/sub/b", "3");
  CHECK(fingerprint(data).sha256 != before.sha256);
  put(data + "/sub/b", "2");
  CHECK(fingerprint(data, &before).sha256 == before.sha256);
  std::filesystem::rename(data + "/a", data + "/c");
  CHECK(fingerprint(data).sha256 != before.sha256);
  CHECK(fingerprint(data + "/c").sha256 == fingerprint(data + "/c").sha256);
}
