#include "improve/choice.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("auto and none stand alone, and no name stands twice") {
  CHECK_NOTHROW(check_improvements({"auto"}));
  CHECK_NOTHROW(check_improvements({"batch-norm", "bias-correction"}));
  CHECK_THROWS_WITH(check_improvements({"auto", "batch-norm"}),
                    contains("improvements contradict each other"));
  CHECK_THROWS_WITH(check_improvements({"batch-norm", "none"}),
                    contains("improvements contradict each other"));
  CHECK_THROWS_WITH(check_improvements({"batch-norm", "batch-norm"}),
                    contains("an improvement is named twice"));
}

TEST_CASE("auto and none come before the names of rows, which are a list of improvements") {
  const auto choices = improvement_choices();
  REQUIRE(choices.size() > 2);
  CHECK(choices[0] == "auto");
  CHECK(choices[1] == "none");
  CHECK(is_list_of_improvements({choices[2]}));
  CHECK_FALSE(is_list_of_improvements({"auto"}));
  CHECK_FALSE(is_list_of_improvements({"none"}));
  CHECK_FALSE(is_list_of_improvements({}));
}
