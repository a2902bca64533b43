#include "plan/match.h"

#include "base/error.h"
#include "catch.h"
#include "plan/a_convolution.h"

using namespace qtool;

namespace {

bool matches_conv(const std::string& pattern) { return matches(pattern, kConv, "skip"); }

Error error_of(const std::string& pattern, const std::vector<Matchable>& candidates) {
  try {
    check_matches_something(pattern, candidates, "job.yaml:7");
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error for " << pattern);
  throw std::logic_error("not reached");
}

}  // namespace

TEST_CASE("a name matches itself, and what stands below it") {
  CHECK(matches_conv("layers.0.conv1"));
  CHECK(matches_conv("layers.0"));
  CHECK(matches_conv("layers"));
  CHECK_FALSE(matches_conv("layers.0.conv"));
  CHECK_FALSE(matches_conv("layers.0.conv1.weight"));
  CHECK_FALSE(matches_conv("layer"));
  CHECK_FALSE(matches_conv("conv1"));
  CHECK(matches("layers.0", {"layers.0/add", "aten::add"}, "skip"));
  CHECK_FALSE(matches("layers.0", {"layers.01/add", "aten::add"}, "skip"));
}

TEST_CASE("a glob matches the whole name, dots and all") {
  CHECK(matches_conv("layers.*"));
  CHECK(matches_conv("*conv?"));
  CHECK(matches_conv("layers.[01].conv1"));
  CHECK_FALSE(matches_conv("layers.[23].conv1"));
  CHECK_FALSE(matches_conv("conv*"));
  CHECK(matches("*add", {"layers.0/add", "aten::add"}, "skip"));
}

TEST_CASE("a regular expression matches the whole name") {
  CHECK(matches_conv("re:layers\\.[01]\\..*"));
  CHECK_FALSE(matches_conv("re:layers"));
  CHECK_FALSE(matches_conv("re:conv1"));
}

TEST_CASE("a type matches with and without its namespace") {
  CHECK(matches_conv("type:aten::conv2d"));
  CHECK(matches_conv("type:conv2d"));
  CHECK_FALSE(matches_conv("type:conv"));
  CHECK_FALSE(matches_conv("type:aten::linear"));
}

TEST_CASE("a site stands for its operator") {
  CHECK(matches_conv("layers.0.conv1:weight"));
  CHECK(matches_conv("layers.0.conv1:input"));
  CHECK(matches_conv("layers.*:output"));
  CHECK_FALSE(matches_conv("layers.0.conv1:gradient"));
}

TEST_CASE("a pattern that is no regular expression is an error that says where") {
  try {
    (void)matches("re:layers.(", kConv, "job.yaml:3");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.complaint().where == "job.yaml:3");
    CHECK_THAT(error.complaint().got, contains("layers.("));
  }
}

TEST_CASE("an expression that would take all the stack or all the time is an error, or takes neither") {
  const auto got_of = [](const std::string& expression) -> std::string {
    try {
      (void)matches("re:" + expression, kConv, "skip");
    } catch (const Error& error) {
      return error.complaint().got;
    }
    return "no error";
  };
  CHECK(got_of(std::string(50'000, '(')) == "50000 characters");
  CHECK_THAT(got_of("((a?){1000}){1000}"), contains("{1000}"));
  CHECK_THAT(got_of("a{99999999999999999999}"), contains("{9"));
  CHECK_THAT(got_of("(a)\\99999999999999999999"), contains("\\9"));
  CHECK_THAT(got_of("(a)\\1"), contains("\\1"));
  CHECK(got_of("\\\\1|\\0|\\.5") == "no error");
  CHECK(got_of("(layers\\.\\d{1,30}|b{3,}){1,10}") == "no error");
  CHECK_FALSE(matches("re:(a*)*b", {std::string(1000, 'a'), "aten::conv2d"}, "skip"));
  CHECK(matches("re:.*", {std::string(1'000'000, 'a'), "aten::conv2d"}, "skip"));
}

TEST_CASE("a pattern that matches nothing is an error that names the nearest operator") {
  const std::vector<Matchable> candidates{
      {"conv1", "aten::conv2d"}, {"layers.0/add", "aten::add"}, {"fc", "aten::linear"}};
  CHECK_NOTHROW(check_matches_something("fc", candidates, "skip"));
  CHECK_NOTHROW(check_matches_something("type:add", candidates, "skip"));

  const auto error = error_of("conv2", candidates);
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.complaint().where == "job.yaml:7");
  CHECK(error.complaint().got == "conv2");
  CHECK_THAT(error.complaint().what, contains("did you mean 'conv1'?"));
  CHECK(error.complaint().expected == "one of conv1, layers.0/add, fc");

  CHECK_THAT(error_of("type:aten::conv1d", candidates).complaint().what,
             contains("did you mean 'type:aten::conv2d'?"));
}

TEST_CASE("of many operators an error lists the first few, each once") {
  std::vector<Matchable> candidates;
  for (int i = 0; i < 20; ++i) candidates.push_back({"layer" + std::to_string(i), "aten::conv2d"});
  CHECK(error_of("zzzzzzzzzzzz", candidates).complaint().expected ==
        "one of layer0, layer1, layer2, layer3, layer4, layer5, layer6, layer7, ...");
  CHECK(error_of("type:zzzzzzzzzzzz", candidates).complaint().expected == "one of type:aten::conv2d");
}
