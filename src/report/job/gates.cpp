#include "report/job/gates.h"

#include <algorithm>

#include "report/job/judge.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::optional<double> in_percent(const std::optional<double>& fraction) {
  return fraction ? std::optional(*fraction * 100) : std::nullopt;
}

GateResult drop_gate(const Gates& gates, const std::optional<ReportDrop>& drop) {
  static constexpr GateBound bound{"max_drop", "drop in top-1 of", " points", 2, true};
  const double limit = *gates.max_drop;
  GateResult gate = judge(bound, limit, drop ? std::optional(drop->value * 100) : std::nullopt);
  if (!drop || gate.passed || drop->low * 100 > limit) return gate;
  gate.within_noise = true;
  gate.passed = !gates.strict;
  gate.text += "; within noise: the 95 % interval is " + fixed(drop->low * 100, 2) + " to " +
               fixed(drop->high * 100, 2);
  return gate;
}

}  // namespace

std::vector<GateResult> check_gates(const Gates& gates, const Report& report) {
  static constexpr GateBound accuracy{"min_accuracy", "top-1 of", " %", 2, false};
  static constexpr GateBound agreement{"min_agreement", "agreement with float of", " %", 2, false};
  static constexpr GateBound size{"max_size_ratio", "size ratio of", "", 3, true};
  const Rung* int8 = report.rung("int8");
  const Rung none;
  const Rung& rung = int8 ? *int8 : none;
  const bool sized = report.size.float_bytes > 0 && report.size.int8_bytes > 0;

  std::vector<GateResult> results;
  if (gates.max_drop) results.push_back(drop_gate(gates, report.accuracy.drop));
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
