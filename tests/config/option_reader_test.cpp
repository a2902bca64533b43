#include "config/option_reader.h"

#include "base/error.h"
#include "catch.h"
#include "config/sample_options.h"

using namespace qtool;

namespace {

/// What is wrong, a line each as Error has it.
std::string text_of(const Problems& problems) {
  try {
    problems.throw_if_any();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

struct Reading {
  SampleOptions options;
  OptionGroup tree = option_tree(options);
  Problems problems{"dir/job.yaml"};
  OptionReader reader{problems};
};

}  // namespace

TEST_CASE("what is read has its place, and its origin for reports") {
  Reading it;
  it.reader.read(parse_yaml("rate: 2\nbatch: [1,\n  7]\nquantize:\n  rules: [{match: fc}]\n", it.problems),
                 "", {.trees = {&it.tree}}, UnknownKeys::kRefuse);
  CHECK(text_of(it.problems).empty());
  CHECK(it.options.batch == std::vector<int64_t>{1, 7});
  CHECK(it.options.quantize.rules.at(0).where == "dir/job.yaml:5");
  CHECK(find_field(it.tree, "rate")->origin == "dir/job.yaml:1");
  CHECK((it.reader.places().at("rate") == Place{1, 7}));
  CHECK((it.reader.places().at("batch[1]") == Place{3, 3}));
  CHECK((it.reader.places().at("quantize.rules[0].match") == Place{5, 19}));
}

TEST_CASE("one value is read by its path, and named as the caller names it") {
  Reading it;
  const auto set = [&](const char* yaml, const std::string& path) {
    const auto node = YAML::Load(yaml);
    return it.reader.read_value(node, node.Mark(), it.tree, path, "matrix." + path);
  };
  CHECK(set("4", "quantize.weight_bits"));
  CHECK(it.options.quantize.weight_bits == 4);
  CHECK(set("{weight_bits: 3, skp: []}", "quantize"));
  CHECK(it.options.quantize.weight_bits == 3);
  CHECK(set("9", "quantize.weight_bits"));
  CHECK_FALSE(set("4", "quantise.weight_bits"));
  CHECK_FALSE(set("4", "bits"));
  CHECK_FALSE(set("x", "secret"));  // a flag alone
  CHECK_THAT(text_of(it.problems),
             contains("matrix.quantize.skp: unknown key, did you mean 'skip'?") &&
                 contains("matrix.quantize.weight_bits: got '9', expected a whole number from 2 to 8"));
}

TEST_CASE("a key of another tree is passed where that is asked for, and those of this one told") {
  Reading it;
  it.reader.read(YAML::Load("{rate: 1, other: 2, name: q}"), "jobs[0].",
                 {.trees = {&it.tree}, .others = {"name"}}, UnknownKeys::kPass);
  CHECK(text_of(it.problems).empty());
  CHECK((it.reader.recognised() == std::set<Place>{{1, 2}, {1, 21}}));
  it.reader.read(YAML::Load("{rate: 1, other: 2}"), "jobs[0].", {.trees = {&it.tree}}, UnknownKeys::kRefuse);
  CHECK_THAT(text_of(it.problems), contains("1:11: jobs[0].other: unknown key"));
}

TEST_CASE("a key that is elsewhere is better than one that is like it here") {
  Reading it;
  const KnownKeys root{.trees = {&it.tree}}, inner{.trees = {&it.tree.groups[0]}};
  CHECK(suggestion("skip", "", root, root) == ", did you mean 'quantize.skip'?");
  CHECK(suggestion("rate", "quantize.", inner, root) == ", did you mean 'rate'?");
  CHECK(suggestion("skpi", "quantize.", inner, root) == ", did you mean 'skip'?");
  CHECK(suggestion("zzzzzz", "quantize.", inner, root) ==
        "; known here: weight_bits, granularity, skip, rules");
}

TEST_CASE("a field that must have a value is missed with what it is") {
  Problems problems("job.yaml");
  SampleRule rule{.match = "fc"};
  require_fields(option_tree(rule), {3, 4}, "rules[0].", problems);
  CHECK(problems.count() == 0);
  rule.match.clear();
  require_fields(option_tree(rule), {3, 4}, "rules[0].", problems);
  CHECK_THAT(text_of(problems), contains("job.yaml:3:4: rules[0].match: missing, expected pattern"));
}

TEST_CASE("a file that is no text is refused before it is read as YAML") {
  Problems problems("job.yaml");
  CHECK(parse_yaml(std::string("rate: 1\nx\0y", 11), problems).IsNull());
  CHECK_THAT(text_of(problems), contains("job.yaml:2:2: a control character"));
  CHECK(shape_of(YAML::Load("[1]")) == "a list");
  CHECK(shape_of(YAML::Load("")) == "nothing");
  CHECK((place_of(YAML::Mark::null_mark()) == Place{1, 1}));
}
