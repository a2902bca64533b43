#pragma once
/// Options with one field of each kind, for the tests of src/config.
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "grid/scheme.h"

namespace qtool {

struct SampleRule {
  std::string where = {};  ///< filled by the reader
  std::string match = {};
  std::optional<int64_t> bits = {};
};
template <class Visitor>
void describe(Visitor& v, SampleRule& o) {
  v.field("match", o.match, "pattern", required);
  v.field("bits", o.bits, "bits", between(2, 8));
}

struct SampleInner {
  int64_t weight_bits = 8;
  Granularity granularity = Granularity::kPerChannel;
  std::vector<std::string> skip = {};
  std::vector<SampleRule> rules = {};
};
template <class Visitor>
void describe(Visitor& v, SampleInner& o) {
  v.field("weight_bits", o.weight_bits, "bits of weights", between(2, 8));
  v.field("granularity", o.granularity, "what shares a scale");
  v.field("skip", o.skip, "patterns of sites that stay float");
  v.list("rules", o.rules, "exceptions");
}

struct SampleOptions {
  std::string model = {}, data = {}, secret = {};
  double rate = 0.5;
  bool report = true;
  std::optional<double> max_drop = {};
  std::vector<int64_t> batch = {1, 128};
  SampleInner quantize = {};
};
template <class Visitor>
void describe(Visitor& v, SampleOptions& o) {
  v.field("model", o.model, "the model", positional, path_field);
  v.field("data", o.data, "the data", spec_field);
  v.field("secret", o.secret, "not in YAML", flag_only);
  v.field("rate", o.rate, "a rate", at_least(0));
  v.field("report", o.report, "write a report");
  v.field("max_drop", o.max_drop, "a gate");
  v.field("batch", o.batch, "batch sizes", at_least(1));
  v.group("quantize", o.quantize);
}

inline SampleOptions read_sample(const std::string& yaml, const std::string& path = "job.yaml") {
  SampleOptions options;
  OptionGroup tree = option_tree(options);
  read_config_text(yaml, path, tree, "ptq");
  return options;
}

}  // namespace qtool
