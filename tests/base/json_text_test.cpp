#include "base/json_text.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "catch.h"

using namespace qtool;
using Json = nlohmann::ordered_json;

namespace {

std::string problem_of(const std::string& text) {
  Json json;
  return parse_json(text, json);
}

}  // namespace

TEST_CASE("JSON goes out and comes back") {
  const Json json = {{"b", {1, 2.5, nullptr}}, {"a", "ü\u202e\x7f##[x]"}};
  for (const auto& text : {json_text(json), json_line(json)}) {
    Json back;
    CHECK(parse_json(text, back).empty());
    CHECK(back == json);
    CHECK_THAT(text, !contains("\u202e") && !contains("\x7f") && !contains("##["));
  }
}

TEST_CASE("bytes that are not UTF-8 and numbers that are none can be written") {
  CHECK(json_line(Json("a\xff")) == "\"a\ufffd\"");
  CHECK(json_line(Json(std::numeric_limits<double>::infinity())) == "null");
}

TEST_CASE("what is no JSON is said in words of ours") {
  CHECK(problem_of("") == "no JSON at byte 1");
  CHECK(problem_of("{\"a\": \xff}") == "no JSON at byte 7");
  CHECK(problem_of("{\"a\": 1e999}") == "JSON with a number that is too large for a double");
}

TEST_CASE("JSON may be 100 levels deep") {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(problem_of(nested(100)).empty());
  CHECK(problem_of(nested(101)) == "JSON with more than 100 lists and objects in each other");
  CHECK(problem_of(std::string(10'000'000, '[')) == problem_of(nested(101)));
  CHECK(problem_of("[\"" + std::string(200, '[') + "\\\"[\"]").empty());
}

TEST_CASE("what the JSON library says loses its number") {
  CHECK(json_problem(std::runtime_error("[json.exception.type_error.302] type must be number")) ==
        "type must be number");
  CHECK(json_problem(std::runtime_error("no [json.] at all")) == "no [json.] at all");
}
