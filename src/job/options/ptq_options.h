#pragma once
#include <string>
#include <vector>

#include "job/options/quantize_options.h"

namespace qtool {

struct PtqOptions : QuantizeOptions {
  std::string from_calibration;                ///< calibration.json of an earlier run, instead of data
  std::vector<std::string> merge_calibration;  ///< several of them, added up
};

template <class Visitor>
void describe(Visitor& v, PtqOptions& o) {
  describe(v, static_cast<QuantizeOptions&>(o));
  v.field("from_calibration", o.from_calibration, "solve again from this calibration.json, without data",
          path_field);
  v.field("merge_calibration", o.merge_calibration, "add up the statistics of several calibration.json",
          path_field, several);
}

/// A job of these options that takes its statistics from data.
[[nodiscard]] PtqOptions as_ptq(const QuantizeOptions& options);

/// Throws Error(kUsage) where two options contradict or one that is needed is missing.
void check(const PtqOptions& options);

}  // namespace qtool
