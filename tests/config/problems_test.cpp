#include "config/problems.h"

#include "base/error.h"
#include "catch.h"

using namespace qtool;

namespace {

std::string message_of(const Problems& problems) {
  try {
    problems.throw_if_any();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("problems stand in the order of the file, each once") {
  Problems problems("a.yaml");
  CHECK(message_of(problems).empty());
  problems.add({2, 1}, "b", "bad");
  problems.add({1, 3}, "", "no map");
  problems.add({2, 1}, "b", "bad");
  CHECK(problems.count() == 2);
  CHECK_THAT(message_of(problems),
             contains("2 problems in the config file\n  a.yaml:1:3: no map\n  a.yaml:2:1: b: bad\n  do:"));
}

TEST_CASE("a key of the file makes no line of its own") {
  Problems problems("a.yaml");
  problems.add({1, 1}, "x\nqtool: error: forged", "unknown key");
  CHECK_THAT(message_of(problems), contains("a.yaml:1:1: x\\nqtool: error: forged: unknown key\n  do:"));
}

TEST_CASE("of very many problems the first are shown, and their number") {
  Problems problems("a.yaml");
  for (int i = 100'000; i > 0; --i) problems.add({i, 1}, "key", "bad");
  const std::string text = message_of(problems);
  CHECK_THAT(
      text, contains("100000 problems in") && contains("a.yaml:20:1: key: bad\n  ... and 99980 more\n  do:"));
  CHECK_THAT(text, !contains("a.yaml:21:"));
}
