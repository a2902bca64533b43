#include "options/option_value.h"

#include "catch.h"
#include "grid/scheme.h"

using namespace qtool;

TEST_CASE("numbers are read whole and held to their range") {
  int64_t whole = 0;
  CHECK_FALSE(parse_value("12", {}, whole));
  CHECK(whole == 12);
  for (const char* text : {"", " 1", "1 ", "1.5", "0x10", "+1", "1e3", "9223372036854775808", "one"})
    CHECK(parse_value(text, {}, whole)->got == "'" + std::string(text) + "'");
  CHECK(parse_value("9", between(2, 8), whole)->expected == "a whole number from 2 to 8");
  CHECK(parse_value("0", at_least(1), whole)->expected == "a whole number, at least 1");
  CHECK(whole == 12);

  double number = 0;
  CHECK_FALSE(parse_value("-1.5e-3", {}, number));
  CHECK(number == -0.0015);
  for (const char* text : {"", "nan", "inf", "1,5", "1e999", "--1"}) CHECK(parse_value(text, {}, number));
}

TEST_CASE("doubles print as the shortest text that reads back") {
  CHECK(print_value(0.1) == "0.1");
  CHECK(print_value(8.0) == "8");
  CHECK(print_value(1e-7) == "1e-07");
}

TEST_CASE("enumerators are read by name, with the nearest one where unknown") {
  Symmetry symmetry = Symmetry::kAffine;
  CHECK_FALSE(parse_value("symmetric", {}, symmetry));
  CHECK(symmetry == Symmetry::kSymmetric);
  const auto problem = parse_value("afine", {}, symmetry);
  REQUIRE(problem);
  CHECK(problem->expected == "one of symmetric, affine");
  CHECK(problem->hint == ", did you mean 'affine'?");
}
