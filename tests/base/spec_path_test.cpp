#include "base/spec_path.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("a backslash takes the meaning from a comma in a path") {
  const std::string spec = R"(npz:/a\,b\\,limit=3)";
  const size_t end = end_of_spec_path(spec, 4);
  CHECK(spec.substr(end) == ",limit=3");
  CHECK(plain_spec_path(spec.substr(4, end - 4)) == R"(/a,b\)");
  CHECK(end_of_spec_path("npz:/a", 4) == 6);
  CHECK(plain_spec_path(R"(C:\data\)") == R"(C:\data\)");
}

TEST_CASE("a path is written so that it reads back") {
  for (const std::string path : {"", "/a/b", "/a,b/c", R"(/a\)", R"(/a\,b)", R"(\\,,\)", R"(\\a\b)"}) {
    CHECK(plain_spec_path(written_spec_path(path)) == path);
    const std::string written = written_spec_path(path);
    CHECK(end_of_spec_path(written + ",limit=3", 0) == written.size());
  }
}

TEST_CASE("a backslash that cannot be misread is written as it is") {
  CHECK(written_spec_path(R"(/a \ b)") == R"(/a \ b)");
  CHECK(written_spec_path(R"(/a\)") == R"(/a\\)");
}
