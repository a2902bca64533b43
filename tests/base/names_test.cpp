#include "base/names.h"

#include "catch.h"
#include "grid/scheme.h"

using namespace qtool;

TEST_CASE("names go both ways") {
  CHECK(to_string(Granularity::kPerChannel) == "per-channel");
  CHECK(parse_name<Granularity>("per-tensor", "--granularity") == Granularity::kPerTensor);
}

TEST_CASE("an unknown name says where, what is known and which is nearest") {
  try {
    (void)parse_name<Symmetry>("afine", "recipe.yaml:3");
    FAIL("parsed");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(std::string(error.what()).find("unknown symmetry 'afine', did you mean 'affine'?") !=
          std::string::npos);
    CHECK(error.complaint().where == "recipe.yaml:3");
    CHECK(error.complaint().expected == "one of symmetric, affine");
  }
}

TEST_CASE("nothing is suggested where nothing is near") {
  const std::vector<std::string> known = {"minmax", "entropy"};
  CHECK(closest("zzzzzzzz", known).empty());
  CHECK(closest("minmx", known) == "minmax");
}

TEST_CASE("a text as long as a file is no mistyped name") {
  const std::vector<std::string> known = {"conv", std::string(300, 'a')};
  CHECK(closest(std::string(10'000'000, 'a'), known).empty());
  CHECK(closest(std::string(300, 'a') + "b", known).empty());
  CHECK(closest("comv", known) == "conv");
}
