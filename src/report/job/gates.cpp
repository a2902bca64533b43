#include "report/job/gates.h"

#include <algorithm>

#include "report/job/judge.h"
#include "report/job/metric_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

/// Digits of limits in percent and points.
constexpr int kDigits = 2;

GateResult drop_gate(const Gates& gates, const MetricInfo& metric, const std::optional<ReportDrop>& drop) {
  const GateBound bound{"max_drop", "drop in " + metric.title + " of", difference_unit(metric), kDigits,
                        true};
  const double limit = *gates.max_drop;
  GateResult gate = judge(bound, limit, drop ? std::optional(drop->value) : std::nullopt);
  if (!drop || gate.passed || !drop->low || !drop->high || *drop->low > limit) return gate;
  gate.within_noise = true;
  gate.passed = !gates.strict;
  gate.text += "; within noise: the 95 % interval is " + fixed(*drop->low, kDigits) + " to " +
               fixed(*drop->high, kDigits);
  return gate;
}

/// A limit of the metric's own value.
GateResult value_gate(const char* name, double limit, const MetricInfo& metric, const Rung* int8) {
  const std::string unit = metric.unit.empty() ? "" : " " + metric.unit;
  return judge({name, metric_title(metric) + " of", unit, kDigits, metric.better == Better::kLower}, limit,
               int8 ? int8->value(metric.name) : std::nullopt);
}

}  // namespace

std::vector<GateResult> check_gates(const Gates& gates, const Report& report) {
  static const GateBound size{"max_size_ratio", "size ratio of", "", 3, true};
  static const MetricInfo unknown{.title = "the metric"}, no_agreement{.title = "agreement with float"};
  const MetricInfo& metric = report.accuracy.metric() ? *report.accuracy.metric() : unknown;
  const MetricInfo& agreement = report.accuracy.agreement() ? *report.accuracy.agreement() : no_agreement;
  const Rung* int8 = report.rung("int8");
  const bool sized = report.size.float_bytes > 0 && report.size.int8_bytes > 0;

  std::vector<GateResult> results;
  if (gates.max_drop) results.push_back(drop_gate(gates, metric, report.accuracy.drop));
  if (gates.min_accuracy) results.push_back(value_gate("min_accuracy", *gates.min_accuracy, metric, int8));
  if (gates.min_agreement)
    results.push_back(value_gate("min_agreement", *gates.min_agreement, agreement, int8));
  if (gates.max_size_ratio)
    results.push_back(
        judge(size, *gates.max_size_ratio, sized ? std::optional(report.size.ratio()) : std::nullopt));
  return results;
}

bool all_passed(const std::vector<GateResult>& results) {
  return std::all_of(results.begin(), results.end(), [](const GateResult& gate) { return gate.passed; });
}

}  // namespace qtool
