#include "plan/resolve.h"

#include "catch.h"
#include "plan/a_convolution.h"

using namespace qtool;

namespace {

const Matchable kLinear{"fc", "aten::linear"};

Rule rule(const std::string& match) {
  Rule result;
  result.match = match;
  return result;
}

Rule weight_bits(const std::string& match, int64_t bits) {
  auto result = rule(match);
  result.weight_bits = bits;
  return result;
}

Rule skip(const std::string& match, bool skipped) {
  auto result = rule(match);
  result.skip = skipped;
  result.where = "job.yaml:9";
  return result;
}

}  // namespace

TEST_CASE("without rules an operator has the recipe's settings") {
  Recipe recipe;
  recipe.weight_bits = 4;
  recipe.activation_bits = 6;
  recipe.weight_granularity = Granularity::kPerTensor;
  recipe.activation_symmetry = Symmetry::kSymmetric;
  recipe.calibrator = Calibrator::kEntropy;
  const auto settings = resolve(recipe, kConv);
  CHECK(settings.weight_bits == 4);
  CHECK(settings.activation_bits == 6);
  CHECK(settings.weight_granularity == Granularity::kPerTensor);
  CHECK(settings.activation_symmetry == Symmetry::kSymmetric);
  CHECK(settings.calibrator == Calibrator::kEntropy);
  CHECK(settings.skipped_by.empty());
}

TEST_CASE("a rule changes what it names, where it matches") {
  Recipe recipe;
  auto all = rule("layers");
  all.weight_bits = 5;
  all.activation_bits = 3;
  all.weight_granularity = Granularity::kPerTensor;
  all.activation_symmetry = Symmetry::kSymmetric;
  all.calibrator = Calibrator::kPercentile;
  recipe.rules = {all};
  const auto conv = resolve(recipe, kConv);
  CHECK(conv.weight_bits == 5);
  CHECK(conv.activation_bits == 3);
  CHECK(conv.weight_granularity == Granularity::kPerTensor);
  CHECK(conv.activation_symmetry == Symmetry::kSymmetric);
  CHECK(conv.calibrator == Calibrator::kPercentile);
  const auto linear = resolve(recipe, kLinear);
  CHECK(linear.weight_bits == 8);
  CHECK(linear.calibrator == Calibrator::kMse);
}

TEST_CASE("later rules win, in what they name") {
  Recipe recipe;
  auto both = weight_bits("*", 4);
  both.activation_bits = 7;
  recipe.rules = {both, weight_bits("type:conv2d", 6)};
  CHECK(resolve(recipe, kConv).weight_bits == 6);
  CHECK(resolve(recipe, kConv).activation_bits == 7);
  CHECK(resolve(recipe, kLinear).weight_bits == 4);
}

TEST_CASE("skip and only say what leaves an operator in float") {
  Recipe recipe;
  recipe.skip = {"layers.*"};
  CHECK(resolve(recipe, kConv).skipped_by == "skip 'layers.*'");
  CHECK(resolve(recipe, kLinear).skipped_by.empty());
  recipe.skip.clear();
  recipe.only = {"type:conv2d"};
  CHECK(resolve(recipe, kConv).skipped_by.empty());
  CHECK(resolve(recipe, kLinear).skipped_by == "not in only");
}

TEST_CASE("a rule can skip, and take back what the recipe skips") {
  Recipe recipe;
  recipe.rules = {skip("fc", true)};
  CHECK(resolve(recipe, kLinear).skipped_by == "rule 'fc' (job.yaml:9)");
  recipe.skip = {"*"};
  recipe.rules = {skip("fc", false)};
  CHECK(resolve(recipe, kLinear).skipped_by.empty());
  CHECK_FALSE(resolve(recipe, kConv).skipped_by.empty());
}

TEST_CASE("every pattern of a recipe must match an operator") {
  const std::vector<Matchable> candidates{kConv, kLinear};
  Recipe recipe;
  recipe.skip = {"fc"};
  recipe.only = {"layers"};
  recipe.rules = {rule("type:linear")};
  CHECK_NOTHROW(check_patterns(recipe, candidates));
  const auto where_of = [&](const Recipe& bad) {
    try {
      check_patterns(bad, candidates);
    } catch (const Error& error) {
      return error.complaint().where;
    }
    return std::string("no error");
  };
  auto bad = recipe;
  bad.skip.push_back("fc2");
  CHECK(where_of(bad) == "skip");
  bad = recipe;
  bad.only.push_back("fc2");
  CHECK(where_of(bad) == "only");
  bad = recipe;
  bad.rules.push_back(skip("fc2", true));
  CHECK(where_of(bad) == "job.yaml:9");
}

TEST_CASE("groups are the recipe's, a rule's over it, and who asks for them by an operator's name is known") {
  Recipe recipe;
  recipe.group_size = 64;
  CHECK(resolve(recipe, kLinear).group_size == 64);
  CHECK(resolve(recipe, kLinear).groups_asked_by.empty());
  auto named = rule("fc");
  named.group_size = 32;
  named.where = "job.yaml:4";
  recipe.rules = {named};
  CHECK(resolve(recipe, kLinear).group_size == 32);
  CHECK(resolve(recipe, kLinear).groups_asked_by == "job.yaml:4");
  CHECK(resolve(recipe, kConv).group_size == 64);
  auto all = rule("*");
  all.group_size = 0;
  recipe.rules.push_back(all);
  CHECK(resolve(recipe, kLinear).group_size == 0);
  CHECK(resolve(recipe, kLinear).groups_asked_by.empty());
}
