#include "job/tuning/tuned_recipe.h"

#include "catch.h"

using namespace qtool;

namespace {

/// `match bits`, where a rule has both `match bits skip`.
std::vector<std::string> lines(const Recipe& recipe) {
  std::vector<std::string> result;
  for (const auto& rule : recipe.rules)
    result.push_back(rule.match + (rule.weight_bits ? " " + std::to_string(*rule.weight_bits) : "") +
                     (rule.skip ? *rule.skip ? " skipped" : " int8" : ""));
  return result;
}

}  // namespace

TEST_CASE("a recipe has rules for the layers that are not as it says, and its own behind them") {
  Recipe recipe;
  recipe.rules = {{.match = "head", .weight_bits = 6}};
  CHECK(lines(tuned_recipe(recipe, {{"a", 8}, {"b", 4}, {"c", 0}})) ==
        std::vector<std::string>{"b 4", "c skipped", "head 6"});
}

TEST_CASE("a layer below another one keeps its own bits") {
  CHECK(lines(tuned_recipe({}, {{"a.b", 8}, {"a", 0}, {"ab", 8}})) ==
        std::vector<std::string>{"a skipped", "a.b 8 int8"});
}
