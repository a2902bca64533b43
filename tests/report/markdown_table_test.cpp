#include "report/markdown_table.h"

#include <cmath>

#include "catch.h"

using namespace qtool;

TEST_CASE("a table aligns numbers right and escapes what would end a cell") {
  MarkdownTable table({{"name"}, {"value", true}});
  CHECK(table.text().empty());
  table.add({"a|b\nc", "1"});
  CHECK(table.text() == "| name | value |\n|---|---:|\n| a\\|b\\\\nc | 1 |\n\n");
}

TEST_CASE("numbers for people") {
  CHECK(fixed(0.125, 1) == "0.1");
  CHECK(fixed(-0.0001, 2) == "0.00");
  CHECK(fixed(-0.25, 1) == "-0.2");
  CHECK(fixed(NAN, 2) == "-");
  CHECK(fixed(INFINITY, 2) == "-");
  CHECK(short_number(0.000123456) == "0.0001235");
  CHECK(short_number(123456) == "1.235e+05");
  CHECK(percent(0.91975) == "91.97 %");
  CHECK(percent(0.25, 0) == "25 %");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1000) == "1.0 kB");
  CHECK(bytes_text(312'540) == "312.5 kB");
  CHECK(bytes_text(999'960) == "1.0 MB");
  CHECK(bytes_text(2'500'000'000) == "2.5 GB");
}
