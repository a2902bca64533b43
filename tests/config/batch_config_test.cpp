#include "config/batch_config.h"

#include "catch.h"
#include "sample_options.h"
#include "usage_message.h"

using namespace qtool;

namespace {

struct OtherOptions {
  std::string model = {}, output = {};
  int64_t epochs = 3;
};
template <class Visitor>
void describe(Visitor& v, OtherOptions& o) {
  v.field("model", o.model, "the model", required, path_field);
  v.field("output", o.output, "folder", path_field, output_field);
  v.field("epochs", o.epochs, "passes", at_least(1));
}

template <class Options>
OwnedOptions make() {
  auto options = std::make_shared<Options>();
  return {options, option_tree(*options), {}};
}

const std::vector<JobKind> kKinds = {{"sample", make<SampleOptions>}, {"other", make<OtherOptions>}};

BatchConfig read(const std::string& yaml, const std::vector<std::string>& settings = {}) {
  Problems problems("dir/batch.yaml");
  BatchConfig batch = read_batch(yaml, kKinds, settings, problems);
  problems.throw_if_any();
  return batch;
}

std::string message(const std::string& yaml, const std::vector<std::string>& settings = {}) {
  return usage_message([&] { static_cast<void>(read(yaml, settings)); });
}

std::string value(const JobConfig& job, const std::string& key) {
  OptionGroup tree = job.options.tree;
  OptionField* field = find_field(tree, key);
  REQUIRE(field != nullptr);
  return join(field->get());
}

std::vector<std::string> names(const BatchConfig& batch) {
  std::vector<std::string> all;
  for (const auto& job : batch.jobs) all.push_back(job.name);
  return all;
}

}  // namespace

TEST_CASE("a job's keys win over the defaults, a matrix over both, --set over all") {
  const std::string yaml = R"(
version: 1
defaults: {model: net.pt, rate: 2, quantize: {weight_bits: 4, skip: [a]}}
jobs:
  - {name: one, task: sample}
  - {name: two, task: sample, rate: 3, quantize: {weight_bits: 5}}
  - {name: three, task: sample, rate: 3, matrix: {rate: [7]}}
)";
  const auto batch = read(yaml);
  REQUIRE(names(batch) == std::vector<std::string>{"one", "two", "three-rate-7"});
  CHECK(value(batch.jobs[0], "rate") == "2");
  CHECK(value(batch.jobs[0], "model") == "dir/net.pt");
  CHECK(value(batch.jobs[1], "rate") == "3");
  CHECK(value(batch.jobs[1], "quantize.weight_bits") == "5");
  CHECK(value(batch.jobs[1], "quantize.skip") == "a");
  CHECK(value(batch.jobs[2], "rate") == "7");
  CHECK(value(read(yaml, {"rate=9"}).jobs[2], "rate") == "9");
  CHECK(value(read(yaml, {"batch=2,3"}).jobs[2], "batch") == "2, 3");
}

TEST_CASE("a default goes only to the jobs that know it") {
  const auto batch = read(
      "defaults: {task: other, rate: 2, epochs: 5, model: m}\n"
      "jobs: [{name: a, task: sample}, {name: b}]");
  CHECK(batch.jobs[0].task == "sample");
  CHECK(value(batch.jobs[0], "rate") == "2");
  CHECK(value(batch.jobs[1], "epochs") == "5");
}

TEST_CASE("a matrix expands into one job for each combination, named from the values") {
  const auto batch = read(R"(
matrix:
  model: [zoo/a.pt, b.pt]
  quantize.weight_bits: [8, 4]
jobs:
  - {name: q, task: sample}
  - {name: t, task: other}
)");
  CHECK(names(batch) == std::vector<std::string>{"q-a-weight-bits-8", "q-a-weight-bits-4",
                                                 "q-b-weight-bits-8", "q-b-weight-bits-4", "t-a", "t-b"});
  CHECK(value(batch.jobs[1], "model") == "dir/zoo/a.pt");
  CHECK(value(batch.jobs[1], "quantize.weight_bits") == "4");
  CHECK(value(batch.jobs[5], "output") == "dir/out/batch/t-b");
}

TEST_CASE("a matrix may run over whole groups, and equal names are told apart") {
  const auto batch = read(R"(
jobs:
  - name: q
    task: sample
    matrix:
      quantize: [{weight_bits: 8}, {weight_bits: 4, granularity: per-tensor, rules: [{match: fc, bits: 3}]}]
  - {name: r, task: sample, matrix: {model: [a/net.pt, b/net.pt]}}
)");
  CHECK(names(batch) == std::vector<std::string>{"q-weight-bits-8",
                                                 "q-weight-bits-4-per-tensor-rules-fc-bits-3", "r-net",
                                                 "r-net-2"});
  CHECK(value(batch.jobs[1], "quantize.granularity") == "per-tensor");
}

TEST_CASE("outputs: as the job says, else a folder in the batch's") {
  const auto batch = read(
      "output: ../o\ndefaults: {task: other, model: m}\n"
      "jobs: [{name: a}, {name: b, output: here}]");
  CHECK(batch.output == "o");
  CHECK(value(batch.jobs[0], "output") == "o/a");
  CHECK(value(batch.jobs[1], "output") == "dir/here");
}

TEST_CASE("a file of one job is a batch of one") {
  const auto batch = read("task: other\nmodel: m\noutput: o\n");
  REQUIRE(names(batch) == std::vector<std::string>{"batch"});
  CHECK(batch.output == "dir/o");
}

TEST_CASE("places are known, for what is checked later") {
  const auto batch =
      read("jobs:\n- name: a\n  task: sample\n  batch: [1,\n    2]\n  quantize: {weight_bits: 3}\n");
  CHECK(batch.jobs[0].place == Place{2, 3});
  CHECK(batch.jobs[0].place_of("quantize.weight_bits") == Place{6, 27});
  CHECK(batch.jobs[0].place_of("batch[1]") == Place{5, 5});
  CHECK(batch.jobs[0].place_of("model") == Place{2, 3});
}

TEST_CASE("each mistake in a batch file is named with its place") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "1:1: got nothing, expected a map with `jobs`"},
      {"- a", "1:1: got a list, expected a map with `jobs`"},
      {"version: 1", "1:1: jobs: missing, expected a list of jobs"},
      {"jobs: {}", "1:7: jobs: got a map, expected a list of jobs"},
      {"jobs: []", "1:7: jobs: got an empty list, expected a list of jobs"},
      {"jobs: [a]", "1:8: jobs[0]: got 'a', expected a map of keys"},
      {"job: []\njobs: [{name: a, task: sample}]", "1:1: job: unknown key, did you mean 'jobs'?"},
      {"jobs: [{name: a}]", "1:8: jobs[0].task: missing, expected one of sample, other"},
      {"jobs: [{name: a, task: sampel}]",
       "1:24: jobs[0].task: got 'sampel', expected one of sample, other, did you mean 'sample'?"},
      {"jobs: [{name: a, task: [sample]}]", "1:24: jobs[0].task: got a list, expected one of sample, other"},
      {"jobs: [{task: sample}]", "1:8: jobs[0].name: missing, expected a name that no other job has"},
      {"jobs: [{name: a/b, task: sample}]",
       "1:15: jobs[0].name: got 'a/b', expected letters, digits and single . _ - between them"},
      {"jobs: [{name: .., task: sample}]",
       "1:15: jobs[0].name: got '..', expected letters, digits and single . _ - between them"},
      {"jobs: [{name: a, task: sample},\n {name: a, task: sample}]",
       "2:2: jobs[1].name: 'a' is the name of the job in line 1, expected another one"},
      {"jobs: [{name: a, task: sample, rat: 1}]", "1:32: jobs[0].rat: unknown key, did you mean 'rate'?"},
      {"jobs: [{name: a, task: sample, weight_bits: 1}]",
       "1:32: jobs[0].weight_bits: unknown key, did you mean 'quantize.weight_bits'?"},
      {"jobs: [{name: a, task: sample, quantize: {weight_bits: 9}}]",
       "1:56: jobs[0].quantize.weight_bits: got '9', expected a whole number from 2 to 8"},
      {"jobs: [{name: a, task: other}]", "1:8: jobs[0].model: missing, expected the model"},
      {"defaults: 3\njobs: [{name: a, task: sample}]", "1:11: defaults: got '3', expected a map of keys"},
      {"defaults: {epochs: 3}\njobs: [{name: a, task: sample}]",
       "1:12: defaults.epochs: no job knows this key; known here: model, data, rate, report, max_drop, "
       "batch, "
       "quantize"},
      {"defaults: {quantize: {wait_bits: 3}}\njobs: [{name: a, task: sample}]",
       "1:23: defaults.quantize.wait_bits: no job knows this key, did you mean 'weight_bits'?"},
      {"defaults: {rate: x}\njobs: [{name: a, task: sample}, {name: b, task: sample}]",
       "1:18: defaults.rate: got 'x', expected a number, at least 0"},
      {"matrix: [a]\njobs: [{name: a, task: sample}]",
       "1:9: matrix: got a list, expected a map of keys, each with a list of values"},
      {"matrix: {rate: 3}\njobs: [{name: a, task: sample}]",
       "1:10: matrix.rate: got '3', expected a list of values"},
      {"matrix: {rate: []}\njobs: [{name: a, task: sample}]",
       "1:10: matrix.rate: got an empty list, expected a list of values"},
      {"matrix: {rat: [3]}\njobs: [{name: a, task: sample}]",
       "1:10: matrix.rat: no job knows this key, did you mean 'rate'?"},
      {"matrix: {rate: [3, x]}\njobs: [{name: a, task: sample}]",
       "1:20: matrix.rate: got 'x', expected a number, at least 0"},
      {"jobs: [{name: a, task: sample, matrix: {epochs: [1]}}]",
       "1:41: jobs[0].matrix.epochs: unknown key; known here: model, data, rate, report, max_drop, batch, "
       "quantize"},
      {"jobs: [{name: a, task: sample, matrix: {rate: [1], rate: [2]}}]",
       "1:52: jobs[0].matrix.rate: this key stands here twice"},
  };
  for (const auto& [yaml, expected] : cases) {
    INFO(yaml);
    CHECK(message(yaml) == std::string("1 problem in the config file\n  dir/batch.yaml:") + expected);
  }
}

TEST_CASE("all mistakes are said at once, in the order of the file") {
  const std::string text =
      message("defaults: {rate: x, foo: 1}\njobs:\n- {name: a, task: sample, bar: 1}\n- {name: b}\n");
  CHECK_THAT(text, Catch::Matchers::StartsWith("4 problems in the config file\n"));
  for (const char* part :
       {":1:18: defaults.rate", ":1:21: defaults.foo", ":3:27: jobs[0].bar", ":4:3: jobs[1].task"})
    CHECK_THAT(text, contains(part));
}

TEST_CASE("a matrix that explodes is refused before it does") {
  std::string list = "[0";
  for (int i = 1; i < 30; ++i) list += ", " + std::to_string(i);
  list += "]";
  CHECK_THAT(message("jobs: [{name: a, task: sample, matrix: {rate: " + list + ", max_drop: " + list +
                     ", batch: [" + list + ", " + list + "], quantize.weight_bits: " + list + "}}]"),
             contains("more than 10000 combinations"));
}

TEST_CASE("a YAML alias that holds itself ends") {
  CHECK_THAT(message("jobs: [{name: a, task: sample, matrix: {quantize.skip: &x [*x]}}]"),
             contains("problem"));
}

TEST_CASE("--set must name a key and a value that fit") {
  const std::string yaml = "jobs: [{name: a, task: sample}]";
  CHECK_THAT(message(yaml, {"rate"}), contains("no key and value"));
  CHECK_THAT(message(yaml, {"rat=3"}), contains("did you mean 'rate'"));
  CHECK_THAT(message(yaml, {"rate=x"}), contains("wrong value"));
  CHECK_THAT(message(yaml, {"epochs=3"}), contains("no job knows this key"));
}
