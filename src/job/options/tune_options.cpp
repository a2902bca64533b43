#include "job/options/tune_options.h"

#include "base/error.h"
#include "job/options/ptq_options.h"
#include "job/options/time_budget.h"

namespace qtool {

void check(const TuneOptions& options) {
  if (options.data.empty())
    throw Error(ErrorKind::kUsage,
                {.what = "no data to tune on",
                 .expected = "--data SPEC",
                 .fix = "e.g. --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530"});
  const Gates& gates = options.gates;
  if (!gates.max_drop)
    throw Error(ErrorKind::kUsage, {.what = "no target to tune to",
                                    .expected = "--max-drop POINTS",
                                    .fix = "say what may be lost, e.g. --max-drop 0.5"});
  if (gates.min_accuracy || gates.min_agreement || gates.max_size_ratio)
    throw Error(ErrorKind::kUsage, {.what = "tuning has one target",
                                    .got = "other gates",
                                    .expected = "--max-drop alone",
                                    .fix = "leave the others out, or ask them of qtool compare"});
  if (options.verify_samples == 0)
    throw Error(ErrorKind::kUsage, {.what = "tuning needs samples to measure the loss on",
                                    .where = "--verify-samples",
                                    .got = "0",
                                    .expected = "-1 (all) or more than 0",
                                    .fix = "leave --verify-samples out"});
  if (options.recipe.weight_bits != 8)
    throw Error(ErrorKind::kUsage,
                {.what = "the bits of weights are what is searched for",
                 .where = "--weight-bits",
                 .got = std::to_string(options.recipe.weight_bits),
                 .expected = "8, which the search begins with",
                 .fix = "leave it out; a rule of --recipe holds a layer at the bits that it names"});
  (void)seconds_of(options.time_budget, "--time-budget");
  check(as_ptq(options));
}

}  // namespace qtool
