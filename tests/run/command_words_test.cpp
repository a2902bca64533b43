#include "run/command_words.h"

#include "catch.h"

using namespace qtool;

namespace {

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("words are split as a shell does it, and nothing is expanded") {
  CHECK(words_of("  run  'two words' a\"b c\"d e\\ f ").size() == 4);
  CHECK(words_of("'a b' \"$HOME \\\" x\" \\'*") == Strings{"a b", "$HOME \" x", "'*"});
  CHECK(words_of("''") == Strings{""});
  CHECK(words_of(" ").empty());
  CHECK_THROWS_WITH(words_of("run 'this"), contains("a quote is not closed"));
}

TEST_CASE("a program is found in PATH, or by its path") {
  CHECK(program_of("sh").ends_with("/sh"));
  CHECK(program_of("/bin/sh") == "/bin/sh");
  CHECK_THROWS_WITH(program_of("no-such-program"), contains("there is no such program"));
  CHECK_THROWS_WITH(program_of("/no/such"), contains("there is no such program"));
  // A folder may be entered, but not run.
  CHECK_THROWS_WITH(program_of("/bin"), contains("there is no such program"));
}
