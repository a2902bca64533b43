#include "report/gates.h"

#include <algorithm>

#include "report/markdown_table.h"

namespace qtool {
namespace {

/// Where `value` comes to the limit to within rounding of its own arithmetic, it keeps the limit.
constexpr double kRounding = 1e-9;

struct Bound {
  const char* name;  ///< the key
  const char* what;  ///< for people
  const char* unit;  ///< behind the numbers
  int digits;
  bool is_upper;
};

GateResult judge(const Bound& bound, double limit, std::optional<double> value) {
  GateResult gate{.name = bound.name, .limit = limit, .value = value};
  const std::string limit_text = fixed(limit, bound.digits) + bound.unit;
  if (!value) {
    gate.text = std::string(bound.what) + " was not measured (limit " + limit_text + ")";
    return gate;
  }
  gate.passed = bound.is_upper ? *value <= limit + kRounding : *value >= limit - kRounding;
  const char* relation =
      bound.is_upper ? (gate.passed ? "at most " : "above ") : (gate.passed ? "at least " : "below ");
  gate.text = std::string(bound.what) + " " + fixed(*value, bound.digits) + bound.unit + " is " + relation +
              limit_text;
  return gate;
}

std::optional<double> in_percent(const std::optional<double>& fraction) {
  return fraction ? std::optional(*fraction * 100) : std::nullopt;
}

GateResult drop_gate(double limit, const std::optional<ReportDrop>& drop) {
  static constexpr Bound bound{"max_drop", "drop in top-1 of", " points", 2, true};
  GateResult gate = judge(bound, limit, drop ? std::optional(drop->value * 100) : std::nullopt);
  if (drop && drop->low * 100 <= limit && limit < drop->high * 100)
    gate.text += "; within noise: the 95 % interval is " + fixed(drop->low * 100, 2) + " to " +
                 fixed(drop->high * 100, 2);
  return gate;
}

}  // namespace

std::vector<GateResult> check_gates(const Gates& gates, const Report& report) {
  static constexpr Bound accuracy{"min_accuracy", "top-1 of", " %", 2, false};
  static constexpr Bound agreement{"min_agreement", "agreement with float of", " %", 2, false};
  static constexpr Bound size{"max_size_ratio", "size ratio of", "", 3, true};
  const Rung* int8 = report.rung("int8");
  const Rung none;
  const Rung& rung = int8 ? *int8 : none;
  const bool sized = report.size.float_bytes > 0 && report.size.int8_bytes > 0;

  std::vector<GateResult> results;
  if (gates.max_drop) results.push_back(drop_gate(*gates.max_drop, report.accuracy.drop));
  if (gates.min_accuracy) results.push_back(judge(accuracy, *gates.min_accuracy, in_percent(rung.top1)));
  if (gates.min_agreement)
    results.push_back(judge(agreement, *gates.min_agreement, in_percent(rung.agreement)));
  if (gates.max_size_ratio)
    results.push_back(
        judge(size, *gates.max_size_ratio, sized ? std::optional(report.size.ratio()) : std::nullopt));
  return results;
}

bool all_passed(const std::vector<GateResult>& results) {
  return std::all_of(results.begin(), results.end(), [](const GateResult& gate) { return gate.passed; });
}

}  // namespace qtool
