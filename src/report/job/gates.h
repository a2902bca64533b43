#pragma once
#include <optional>
#include <vector>

#include "options/options.h"
#include "report/job/report.h"

namespace qtool {

/// Limits that a result must keep; breaking one sets exit code 1.
struct Gates {
  std::optional<double> max_drop = {};  ///< of the metric, lost against float; of percents in points
  std::optional<double> min_accuracy =
      {};  ///< the metric of the int8 model: the least, where lower is better the most
  std::optional<double> min_agreement =
      {};  ///< how far int8 says what float says, e.g. samples with the same top-1
  std::optional<double> max_size_ratio = {};  ///< bytes of the int8 file / bytes of the float file
  bool strict = false;                        ///< judge the drop by its value, whatever its interval
  [[nodiscard]] bool any() const { return max_drop || min_accuracy || min_agreement || max_size_ratio; }
};

template <class Visitor>
void describe(Visitor& v, Gates& o) {
  v.field("max_drop", o.max_drop, "what may be lost of the metric (top-1) against float, in points",
          between(0, 100));
  v.field("min_accuracy", o.min_accuracy, "least value of the metric (top-1) of the int8 model, in percent",
          between(0, 100));
  v.field("min_agreement", o.min_agreement, "least share of samples with float's top-1, in percent",
          between(0, 100));
  v.field("max_size_ratio", o.max_size_ratio, "largest int8 file as a share of the float file",
          between(0, 1));
  v.field("strict", o.strict, "fail max_drop also where the drop may be noise of the test set",
          flag("strict-gates"));
}

/// Holds the report's `int8` rung, drop and sizes against the limits. A value that is missing fails its gate. The drop
/// has failed where the whole of its 95 % confidence interval is above the limit: what a small test set cannot tell
/// from noise must not fail a build. Where the drop itself is above and the interval reaches below, the gate passes
/// `within_noise`, or fails if the gates are `strict`; the text says so.
[[nodiscard]] std::vector<GateResult> check_gates(const Gates& gates, const Report& report);

/// Exit code of a job that did its work, and whose result is not good enough.
inline constexpr int kExitGateFailed = 1;

[[nodiscard]] bool all_passed(const std::vector<GateResult>& results);

}  // namespace qtool
