#include "graph/ir/plain_ascii.h"

#include <set>

#include "catch.h"

using qtool::plain_ascii;

TEST_CASE("an ASCII path stays as it is") {
  for (const std::string path : {"", "layers.0.conv1.weight", "50%", "a b\t\x7f"})
    CHECK(plain_ascii(path) == path);
}

TEST_CASE("what is not ASCII is written byte by byte") {
  CHECK(plain_ascii("größe.weight") == "gr%C3%B6%C3%9Fe.weight");
  CHECK(plain_ascii("\xff") == "%FF");
  CHECK(plain_ascii("日.x") == "%E6%97%A5.x");
}

TEST_CASE("a path that is changed has no % of its own left, so that none takes another's name") {
  CHECK(plain_ascii("%C3.ä") == "%25C3.%C3%A4");
  const std::set<std::string> names = {plain_ascii("ä"), plain_ascii("%C3%A4ä"), plain_ascii("ää"),
                                       plain_ascii("%ä")};
  CHECK(names.size() == 4);
}
