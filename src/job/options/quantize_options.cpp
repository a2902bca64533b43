#include "job/options/quantize_options.h"

#include "base/error.h"

namespace qtool {

void check(const QuantizeOptions& options) {
  (void)targets_named(options.target);
  if (options.data.empty() && options.verify_samples > 0)
    throw Error(ErrorKind::kUsage, {.what = "no data to verify on",
                                    .got = "--verify-samples " + std::to_string(options.verify_samples),
                                    .expected = "--data SPEC",
                                    .fix = "name the data, or leave --verify-samples out"});
  if (options.data.empty() && options.prefer == Preference::kSpeed)
    throw Error(ErrorKind::kUsage, {.what = "what is fast is measured on data",
                                    .where = "--prefer speed",
                                    .got = "no --data",
                                    .expected = "--data SPEC",
                                    .fix = "name the data, or leave --prefer out"});
  check_improvements(options.improve);
  check_metric_name(options.metric);
  if (options.data.empty() && !options.metric.empty())
    throw Error(ErrorKind::kUsage, {.what = "a metric needs data to verify the model on",
                                    .where = "--metric",
                                    .got = "no --data",
                                    .expected = "--data SPEC",
                                    .fix = "name the data, or leave --metric out"});
  const Gates& gates = options.gates;
  const bool needs_outputs = gates.max_drop || gates.min_accuracy || gates.min_agreement;
  if (needs_outputs && options.data.empty())
    throw Error(ErrorKind::kUsage, {.what = "these gates need data to verify the model on",
                                    .got = "no --data",
                                    .expected = "--data SPEC",
                                    .fix = "name the data, or leave the gates out"});
  if (needs_outputs && options.verify_samples == 0)
    throw Error(ErrorKind::kUsage, {.what = "these gates need a verified model",
                                    .where = "--verify-samples",
                                    .got = "0",
                                    .expected = "-1 (all) or more than 0",
                                    .fix = "leave --verify-samples out, or the gates"});
}

}  // namespace qtool
