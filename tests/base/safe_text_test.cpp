#include "base/safe_text.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("letters of all languages stay, control characters become escapes") {
  CHECK(safe_line("größer 模型 🙂 a\\b") == "größer 模型 🙂 a\\b");
  CHECK(safe_line("a\nb\r\t") == "a\\nb\\r\\t");
  CHECK(safe_line(std::string("\0\x1b[31m\x7f", 7)) == "\\x00\\x1b[31m\\x7f");
  CHECK(safe_line("\u009b31m") == "\\u009b31m");
}

TEST_CASE("what turns the order of a text around or hides in it is shown") {
  CHECK(safe_line("a\u202etp.lledom") == "a\\u202etp.lledom");
  CHECK(safe_line("\u2066x\u2069\u200b\ufeff\u2028") == "\\u2066x\\u2069\\u200b\\ufeff\\u2028");
  CHECK(safe_line("\U000e0041") == "\\U000e0041");
}

TEST_CASE("bytes that are not UTF-8 are shown") {
  CHECK(safe_line("\xff z") == "\\xff z");
  CHECK(safe_line("\xc3") == "\\xc3");                             // cut off
  CHECK(safe_line("\xc0\x8a") == "\\xc0\\x8a");                    // a line feed, longer than it must be
  CHECK(safe_line("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // half of a UTF-16 pair
  CHECK(safe_line("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // behind the last character
}

TEST_CASE("no text is a command of a CI service") {
  CHECK(safe_line("::error::forged") == "\\x3a:error::forged");
  CHECK(safe_line("conv::error::") == "conv::error::");
  CHECK(safe_lines("a\n \u00a0::warning::x\naten::relu") == "a\n \u00a0\\x3a:warning::x\naten::relu");
  CHECK(safe_line("x ##[error]y ##vso[task.complete]") == "x \\x23#[error]y \\x23#vso[task.complete]");
  CHECK(safe_line("## heading #1") == "## heading #1");
}

TEST_CASE("lines of ours stay, and what is safe does not change") {
  CHECK(safe_lines("a\tb\n\n  c\r\n") == "a\tb\n\n  c\\r\n");
  const std::string once = safe_lines("\x1b::\n::x\u202e\xff##[y]");
  CHECK(safe_lines(once) == once);
  CHECK(safe_line("").empty());
}

TEST_CASE("JSON says the same with escapes of its own") {
  CHECK(safe_json("{\n  \"a\u202e\": \"\x7f ##[x] ü\"\n}") ==
        "{\n  \"a\\u202e\": \"\\u007f \\u0023#[x] ü\"\n}");
  CHECK(safe_json("\"\U000e0041\"") == "\"\\udb40\\udc41\"");
}
