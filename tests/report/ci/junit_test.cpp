#include "report/ci/ci.h"

#include <pugixml.hpp>

#include "catch.h"

using namespace qtool;

namespace {

const std::vector<GateResult> kJUnitGates = {
    {.name = "max_drop", .limit = 0.5, .value = 0.6, .passed = true, .within_noise = true, .text = "noise"},
    {.name = "min_accuracy",
     .limit = 90,
     .value = 80,
     .passed = false,
     .text = "80 % < 90 % & \"bad\"\nreally"},
    {.name = "max_size_ratio", .limit = 1, .value = 0.5, .passed = true, .text = "fine"}};

}  // namespace

TEST_CASE("JUnit XML has a test case for each gate and a failure for each that failed") {
  pugi::xml_document document;
  REQUIRE(document.load_string(to_junit("qtool net.pt", kJUnitGates).c_str()));
  const auto suite = document.child("testsuites").child("testsuite");
  CHECK(suite.attribute("name").as_string() == std::string("qtool net.pt"));
  CHECK(suite.attribute("tests").as_int() == 3);
  CHECK(suite.attribute("failures").as_int() == 1);
  CHECK(suite.select_nodes("testcase").size() == 3);
  const auto failed = suite.find_child_by_attribute("name", "min_accuracy").child("failure");
  CHECK(failed.attribute("message").as_string() == std::string("80 % < 90 % & \"bad\"\nreally"));
  CHECK_FALSE(suite.find_child_by_attribute("name", "max_drop").child("failure"));
}

TEST_CASE("JUnit XML is well-formed whatever the texts hold") {
  const std::vector<GateResult> gates = {
      {.name = "a\x01<b>\xff", .passed = false, .text = "]]>\x1b[31m\xc3"}};
  pugi::xml_document document;
  const std::string text = to_junit("\x02&\xfe", gates);
  REQUIRE(document.load_string(text.c_str()));
  for (const char* part : {"\x01", "\x1b", "&#x1;", "&#27;", "\xff", "\xfe"})
    CHECK(text.find(part) == std::string::npos);
  REQUIRE(document.load_string(to_junit("none", {}).c_str()));
}
