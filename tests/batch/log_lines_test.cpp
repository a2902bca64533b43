#include "batch/log_lines.h"

#include "catch.h"

using namespace qtool;
using Lines = std::vector<std::string>;

TEST_CASE("lines come whole, however the bytes are cut") {
  LogLines lines;
  CHECK(lines.feed("on").empty());
  CHECK(lines.feed("e\ntwo\nth") == Lines{"one", "two"});
  CHECK(lines.rest() == "th");
}

TEST_CASE("bars and colours are left out") {
  LogLines lines;
  CHECK(lines.feed("\r\033[Kload [==>] 10 %\r\033[Kload [====] 50 %").empty());
  CHECK(lines.rest().empty());
  CHECK(lines.feed("\r\033[Kqtool: \033[32minfo\033[0m: done\r\n") == Lines{"qtool: info: done"});
}
