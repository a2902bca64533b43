#pragma once
#include <cstdint>
#include <string>

#include "job/options/quantize_options.h"
#include "options/options.h"

namespace qtool {

/// --max-drop, the target, is among the gates; `prefer`: of the files that were written the smallest, or the fastest as
/// it is measured here.
struct TuneOptions : QuantizeOptions {
  TuneOptions() { blame_samples = 0; }  // the search itself measures what each layer costs
  std::string time_budget = "30m";
  int64_t sensitivity_samples = 64;  ///< of the training split
  int64_t screened_samples = 1024;   ///< of those that verification takes, the first
};

template <class Visitor>
void describe(Visitor& v, TuneOptions& o) {
  v.field("time_budget", o.time_budget,
          "how long to search, e.g. 90s, 30m or 2h; the best model so far stays");
  v.field("sensitivity_samples", o.sensitivity_samples,
          "training samples to find out on what each layer loses at each number of bits", at_least(1));
  v.field("screened_samples", o.screened_samples,
          "test samples that a simulation must pass before its file is written and verified", at_least(1));
  describe(v, static_cast<QuantizeOptions&>(o));
}

/// Throws Error(kUsage) where the target or data is missing, or what is searched for is given.
void check(const TuneOptions& options);

}  // namespace qtool
