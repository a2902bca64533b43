#include "catch.h"
#include "sample_options.h"
#include "usage_message.h"

using namespace qtool;

namespace {

std::string sample_message(const std::string& yaml) {
  return usage_message([&] { static_cast<void>(read_sample(yaml)); });
}

std::string one_problem(const std::string& line) {
  return "1 problem in the config file\n  job.yaml:" + line;
}

}  // namespace

TEST_CASE("keys that stand in the file replace the built-in values, others keep them") {
  const auto options = read_sample(R"(
version: 1
task: ptq
model: net.pt
rate: 2e-3
max_drop: 0.5
batch: [4]
quantize:
  granularity: per-tensor
  skip: [fc*, 12]
  rules:
    - match: conv1
      bits: 4
    - {match: conv2}
)");
  CHECK(options.model == "net.pt");
  CHECK(options.rate == 0.002);
  CHECK(options.report);
  CHECK(options.max_drop == 0.5);
  CHECK(options.batch == std::vector<int64_t>{4});
  CHECK(options.quantize.weight_bits == 8);
  CHECK(options.quantize.granularity == Granularity::kPerTensor);
  CHECK(options.quantize.skip == std::vector<std::string>{"fc*", "12"});
  REQUIRE(options.quantize.rules.size() == 2);
  CHECK(options.quantize.rules[0].bits == 4);
  CHECK(options.quantize.rules[0].where == "job.yaml:12");
  CHECK(options.quantize.rules[1].where == "job.yaml:14");
}

TEST_CASE("paths count from the folder of the file") {
  const auto options = read_sample("model: net.pt\ndata: idx:../d,limit=3\n", "a/b/job.yaml");
  CHECK(options.model == "a/b/net.pt");
  CHECK(options.data == "idx:a/d,limit=3");
}

TEST_CASE("an empty file changes nothing, null empties an optional") {
  CHECK(read_sample("").rate == 0.5);
  CHECK_FALSE(read_sample("max_drop: null").max_drop.has_value());
}

TEST_CASE("each mistake is named with line, column, key and what was expected") {
  const std::pair<const char*, const char*> cases[] = {
      {"rte: 1", "1:1: rte: unknown key, did you mean 'rate'?"},
      {"\nquantize:\n  weight_bit: 4", "3:3: quantize.weight_bit: unknown key, did you mean 'weight_bits'?"},
      {"weight_bits: 4", "1:1: weight_bits: unknown key, did you mean 'quantize.weight_bits'?"},
      {"secret: x",
       "1:1: secret: unknown key; known here: version, task, model, data, rate, report, max_drop, batch, "
       "quantize"},
      {"quantize: {weight_bits: 9}",
       "1:25: quantize.weight_bits: got '9', expected a whole number from 2 to 8"},
      {"quantize: {weight_bits: 4.5}",
       "1:25: quantize.weight_bits: got '4.5', expected a whole number from 2 to 8"},
      {"quantize: {weight_bits: '4'}",
       "1:25: quantize.weight_bits: got the text '4' in quotes, expected a whole number from 2 to 8"},
      {"quantize: {weight_bits: 99999999999999999999}",
       "1:25: quantize.weight_bits: got '99999999999999999999', expected a whole number from 2 to 8"},
      {"quantize: {granularity: per-chanel}",
       "1:25: quantize.granularity: got 'per-chanel', expected one of per-tensor, per-channel, did you mean "
       "'per-channel'?"},
      {"quantize: 3", "1:11: quantize: got '3', expected a map of keys"},
      {"quantize: {skip: fc}", "1:18: quantize.skip: got 'fc', expected a list [...], each a text"},
      {"quantize: {skip: [[fc]]}", "1:18: quantize.skip: got a list, expected a list [...], each a text"},
      {"batch: [1, 0]", "1:8: batch: got '0', expected a whole number, at least 1"},
      {"rate: .nan", "1:7: rate: got '.nan', expected a number, at least 0"},
      {"rate: -1", "1:7: rate: got '-1', expected a number, at least 0"},
      {"rate: {a: 1}", "1:7: rate: got a map, expected a number, at least 0"},
      {"rate:", "1:1: rate: got nothing, expected a number, at least 0"},
      {"report: yes", "1:9: report: got 'yes', expected true or false"},
      {"rate: 1\nrate: 2", "2:1: rate: this key stands here twice"},
      {"quantize: {rules: [conv1]}", "1:20: quantize.rules[0]: got 'conv1', expected a map of keys"},
      {"quantize: {rules: [{match: a, bit: 4}]}",
       "1:31: quantize.rules[0].bit: unknown key, did you mean 'bits'?"},
      {"quantize: {rules: [{bits: 4}]}", "1:20: quantize.rules[0].match: missing, expected pattern"},
      {"quantize: {rules: conv1}", "1:19: quantize.rules: got 'conv1', expected a list of maps"},
      {"- a", "1:1: got a list, expected a map of keys"},
      {"version: 2", "1:10: version: got '2', expected a whole number from 1 to 1"},
      {"task: qat", "1:7: task: got 'qat', but the command is 'qtool ptq'"},
      {"a: 1\n---\nb: 1", "3:1: a second document, expected one"},
      {"[a]: 1", "1:1: got a list as a key, expected a word"},
  };
  for (const auto& [yaml, expected] : cases) {
    CAPTURE(yaml);
    CHECK(sample_message(yaml) == one_problem(expected));
  }
}

TEST_CASE("what is no YAML is named with its line") {
  CHECK_THAT(sample_message("rate: 1\nquantize: {a: ["), contains("job.yaml:2:") && contains("not YAML: "));
  CHECK_THAT(sample_message("\trate: 1"), contains("not YAML: "));
}

TEST_CASE("all mistakes come at once, in the order of the file") {
  CHECK(sample_message("report: 1\nquantize:\n  weight_bits: 1\n  skp: []\n") ==
        "3 problems in the config file\n"
        "  job.yaml:1:9: report: got '1', expected true or false\n"
        "  job.yaml:3:16: quantize.weight_bits: got '1', expected a whole number from 2 to 8\n"
        "  job.yaml:4:3: quantize.skp: unknown key, did you mean 'skip'?");
}

TEST_CASE("a file that is not there is an error of its own") {
  SampleOptions options;
  OptionGroup tree = option_tree(options);
  CHECK_THROWS_WITH(read_config("/nowhere/job.yaml", tree, "ptq"), contains("/nowhere/job.yaml"));
}
