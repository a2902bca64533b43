#include "catch.h"
#include "sample_options.h"

using namespace qtool;

TEST_CASE("print_config() shows each key with value and help, and not what is only a flag") {
  SampleOptions options{.model = "/m/net.pt", .secret = "x"};
  options.quantize.skip = {"fc*", "re:^a|b$"};
  options.quantize.rules = {{.match = "conv1", .bits = 4}, {.match = "type:aten::add"}};
  CHECK(print_config(option_tree(options), "ptq") ==
        R"(version: 1
task: ptq
model: /m/net.pt                        # the model
data: ""                                # the data
rate: 0.5                               # a rate
report: true                            # write a report
max_drop: null                          # a gate
batch: [1, 128]                         # batch sizes
quantize:
  weight_bits: 8                        # bits of weights
  granularity: per-channel              # what shares a scale: per-tensor, per-channel
  skip: ["fc*", "re:^a|b$"]             # patterns of sites that stay float
  rules:                                # exceptions
    - {match: conv1, bits: 4}
    - {match: "type:aten::add"}
)");
}

TEST_CASE("what is printed reads back to the same values") {
  const std::string awkward = "a \"b\" \\ # é: [x] \t\x01";
  SampleOptions options{.model = "/m/" + awkward, .data = "idx:/d/" + awkward + ",mean=0.5"};
  options.rate = 0.1;
  options.report = false;
  options.max_drop = 1e-7;
  options.batch = {};
  options.quantize.granularity = Granularity::kPerTensor;
  options.quantize.skip = {"true", "~", "12", "no", "", "- a", "null", awkward};
  options.quantize.rules = {{.match = "x: y", .bits = 2}};
  const std::string printed = print_config(option_tree(options), "ptq");
  SampleOptions back = read_sample(printed);
  CHECK(print_config(option_tree(back), "ptq") == printed);
  CHECK(back.model == options.model);
  CHECK(back.data == options.data);
  CHECK(back.rate == 0.1);
  CHECK_FALSE(back.report);
  CHECK(back.max_drop == 1e-7);
  CHECK(back.batch.empty());
  CHECK(back.quantize.granularity == Granularity::kPerTensor);
  CHECK(back.quantize.skip == options.quantize.skip);
  REQUIRE(back.quantize.rules.size() == 1);
  CHECK(back.quantize.rules[0].match == "x: y");
  CHECK(back.quantize.rules[0].bits == 2);
}
