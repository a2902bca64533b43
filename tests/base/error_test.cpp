#include "base/error.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("a message has a line for each part that is given") {
  CHECK(to_string({.what = "no such file", .where = "a.pt", .fix = "check the path"}) ==
        "no such file\n  where:    a.pt\n  do:       check the path");
  CHECK(to_string({.what = "bad", .got = "1", .expected = "2"}) == "bad\n  got:      1\n  expected: 2");
}

TEST_CASE("control characters do nothing to a terminal") {
  CHECK(to_string({.what = "one\t", .got = "\x1b[31m\x7f"}) == "one\\t\n  got:      \\x1b[31m\\x7f");
  CHECK(to_string({.what = "größer"}) == "größer");
}

TEST_CASE("a name makes no lines of its own") {
  CHECK(to_string({.what = "no such file", .where = "x\nqtool: error: forged"}) ==
        "no such file\n  where:    x\\nqtool: error: forged");
}

TEST_CASE("a part of a message is as long as one can read") {
  const std::string text = to_string({.what = std::string(1499, 'a') + "ü" + std::string(10'000'000, 'b')});
  CHECK(text == std::string(1499, 'a') + "... (10001501 bytes in all)");
}

TEST_CASE("an error carries its kind and its parts") {
  const Error error(ErrorKind::kMachine, {.what = "full", .where = "/disk"});
  CHECK(error.kind() == ErrorKind::kMachine);
  CHECK(error.complaint().where == "/disk");
  CHECK(std::string(error.what()) == "full\n  where:    /disk");
}
