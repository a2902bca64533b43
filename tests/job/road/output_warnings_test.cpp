#include "job/road/output_warnings.h"

#include "catch.h"

using namespace qtool;

namespace {

std::vector<std::string> warnings_of(const OutputQuality& output) {
  return output_warnings({output}, "float", "int8");
}

}  // namespace

TEST_CASE("an output that is near the reference is no matter") {
  CHECK(warnings_of({.sqnr_db = 40, .channels = 4, .worst_channel = 1, .worst_sqnr_db = 30}).empty());
}

TEST_CASE("a poor channel is told where the whole hides it") {
  const auto hidden = warnings_of({.sqnr_db = 29.5, .channels = 8, .worst_channel = 4, .worst_sqnr_db = 9.5});
  REQUIRE(hidden.size() == 1);
  CHECK(hidden[0] ==
        "output 0: channel 4 of 8 has an SQNR of 9.5 dB in int8, which the 29.5 dB of the whole output hide");
  // The whole is poor too: that tells enough.
  CHECK(warnings_of({.sqnr_db = 29, .channels = 8, .worst_channel = 4, .worst_sqnr_db = 9.5}).empty());
  // The channel is good enough.
  CHECK(warnings_of({.sqnr_db = 60, .channels = 8, .worst_channel = 4, .worst_sqnr_db = 10}).empty());
}

TEST_CASE("channels that became constant are named, eight at most") {
  const auto one = warnings_of({.channels = 8, .constant = {2}, .lost_range = 0.5});
  REQUIRE(one.size() == 1);
  CHECK_THAT(one[0], contains("channel 2 of 8 varied in float, by up to 0.5, and is constant in int8"));
  const auto many =
      warnings_of({.channels = 20, .constant = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, .lost_range = 0.5});
  REQUIRE(many.size() == 1);
  CHECK_THAT(many[0],
             contains("channels 0, 1, 2, 3, 4, 5, 6, 7 and 2 more of 20") && contains("and are constant"));
}

TEST_CASE("outputs that are not compared are said, and each warning names its output") {
  const auto warnings = output_warnings({{.sqnr_db = 40}, {.left_out = 1}, {.left_out = 2}}, "float", "int8");
  REQUIRE(warnings.size() == 2);
  CHECK_THAT(warnings[0], contains("output 1: 1 batch has another number of rows"));
  CHECK_THAT(warnings[1], contains("output 2: 2 batches have another number of rows"));
}
