#include "job/tuning/measured_drop.h"

#include <cmath>

#include "measure/drop.h"

namespace qtool {
namespace {

MetricInfo error_of_outputs() {
  return {"error", "error of the outputs", "%", Better::kLower, Against::kReference};
}

double error_percent(double sqnr_db) {
  return std::isnan(sqnr_db) ? INFINITY : 100 * std::pow(10, -sqnr_db / 20);
}

}  // namespace

MeasuredDrop measured_drop(const std::vector<Evaluation>& evaluations) {
  const auto &before = evaluations.front(), &after = evaluations.back();
  const int64_t samples = after.with_first.samples;
  for (const auto& result : before.metrics) {
    if (result.info.against == Against::kReference || std::isnan(result.value)) continue;
    const auto drop = metric_drop(result, *after.metric(result.info.name));
    return {result.info, {drop.value, drop.low, drop.high, samples}};
  }
  for (const auto& result : after.metrics)
    if (result.info.against == Against::kReference && !std::isnan(result.value))
      return {result.info, {.value = 100 - result.value, .samples = samples}};
  return {error_of_outputs(), {.value = error_percent(after.with_first.sqnr_db), .samples = samples}};
}

MeasuredDrop measured_drop(const Report& report) {
  const auto& accuracy = report.accuracy;
  const int64_t samples = accuracy.samples;
  const Rung *int8 = report.rung("int8"), &after = int8 ? *int8 : accuracy.ladder.back();
  const auto* metric = accuracy.metric();
  if (metric && accuracy.drop)
    return {*metric, {accuracy.drop->value, accuracy.drop->low, accuracy.drop->high, samples}};
  if (metric) {
    const auto before = accuracy.ladder.front().value(metric->name), value = after.value(metric->name);
    if (before && value) return {*metric, {.value = metric->loss(*before, *value), .samples = samples}};
  }
  if (const auto* agreement = accuracy.agreement())
    if (const auto value = after.value(agreement->name))
      return {*agreement, {.value = 100 - *value, .samples = samples}};
  return {error_of_outputs(), {.value = error_percent(after.sqnr_db.value_or(NAN)), .samples = samples}};
}

}  // namespace qtool
