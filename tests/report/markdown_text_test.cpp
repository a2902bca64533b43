#include "report/markdown_text.h"

#include "catch.h"

using namespace qtool;

namespace {

std::string shown(const std::string& text) { return Markdown(text).source(); }
std::string code(const std::string& text) { return Markdown::code(text).source(); }

}  // namespace

TEST_CASE("names and numbers stay as they are") {
  for (const char* plain : {"layers.0.conv1:output", "mobile_net_v2", "-0.5 to 1.2 %",
                            "uint8 affine per-channel(0)", "[1, 28, 28]"})
    CHECK(shown(plain) == plain);
  CHECK(code("conv1:weight") == "`conv1:weight`");
}

TEST_CASE("a text has no HTML, links, images, emphasis or lines of its own") {
  CHECK(shown("<script>alert(1)</script>") == "\\<script\\>alert(1)\\</script\\>");
  CHECK(shown("[x](javascript:y)") == "[x\\](javascript:y)");
  CHECK(shown("![x](http://y)") == "![x\\](http://y)");
  CHECK(shown("[x][y] [x]: z") == "[x\\][y] [x\\]: z");
  CHECK(shown("*a* __b__ _c_ ~d~ `e` \\f &lt;") ==
        "\\*a\\* \\_\\_b\\_\\_ \\_c\\_ \\~d\\~ \\`e\\` \\\\f \\&lt;");
  CHECK(shown("a\n# b") == "a\\\\n# b");
  CHECK(shown("\x1b\u202e") == "\\\\x1b\\\\u202e");
}

TEST_CASE("code ends where the name ends") {
  CHECK(code("a`b") == "``a`b``");
  CHECK(code("``a") == "``` ``a ```");
  CHECK(code("<b>\n") == "`<b>\\n`");
  CHECK(code(" a ") == "`  a  `");
  CHECK(code("").empty());
}
