#include "job/ptq_options.h"

#include "core/error.h"

namespace qtool {

void check(const PtqOptions& options) {
  const bool stored = !options.from_calibration.empty() || !options.merge_calibration.empty();
  if (!options.from_calibration.empty() && !options.merge_calibration.empty())
    throw Error(ErrorKind::kUsage, {.what = "two sources of statistics",
                                    .got = "--from-calibration and --merge-calibration",
                                    .expected = "one of them",
                                    .fix = "name all files behind --merge-calibration"});
  if (options.data.empty() && !stored)
    throw Error(ErrorKind::kUsage,
                {.what = "no data to calibrate on",
                 .expected = "--data SPEC, or the statistics of an earlier run with --from-calibration",
                 .fix = "e.g. --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530"});
  if (options.data.empty() && options.verify_samples > 0)
    throw Error(ErrorKind::kUsage, {.what = "no data to verify on",
                                    .got = "--verify-samples " + std::to_string(options.verify_samples),
                                    .expected = "--data SPEC",
                                    .fix = "name the data, or leave --verify-samples out"});
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
