#include "batch/plan/job_metrics.h"

#include <cmath>

#include "base/error.h"
#include "job/json/bench_json.h"
#include "job/json/compare_json.h"
#include "job/json/eval_json.h"
#include "job/json/train_json.h"
#include "report/job/read_report.h"

namespace qtool {
namespace {

std::vector<std::string> failed(const std::vector<GateResult>& gates) {
  std::vector<std::string> names;
  for (const auto& gate : gates)
    if (!gate.passed) names.push_back(gate.name);
  return names;
}

JobMetrics metrics_of(const Report& report) {
  JobMetrics metrics{.failed_gates = failed(report.gates)};
  const auto value_of = [&](const MetricInfo* metric) -> std::optional<MetricValue> {
    const Rung* int8 = report.rung("int8");
    const auto value = metric && int8 ? int8->value(metric->name) : std::nullopt;
    return value ? std::optional(MetricValue{*metric, *value}) : std::nullopt;
  };
  metrics.metric = value_of(report.accuracy.metric());
  metrics.agreement = value_of(report.accuracy.agreement());
  if (const auto& drop = report.accuracy.drop) {
    metrics.drop = drop->value;
    metrics.drop_low = drop->low;
    metrics.drop_high = drop->high;
  }
  if (report.size.float_bytes > 0) metrics.size_ratio = report.size.ratio();
  if (report.size.int8_bytes > 0) metrics.bytes = report.size.int8_bytes;
  if (const auto& latency = report.timing.latency) {
    metrics.latency_ms = latency->int8_ms;
    metrics.batch = latency->batch;
  }
  return metrics;
}

JobMetrics metrics_of(const TrainJobResult& result) {
  if (result.train.history.empty()) return {};
  const double score = result.train.history.front().validation_score;
  if (std::isnan(score)) return {};
  return {.metric = MetricValue{result.train.metric, score}};
}

JobMetrics metrics_of(const EvalResult& result) {
  JobMetrics metrics;
  for (const auto& measured : result.model.metrics) {
    auto& place = measured.info.against == Against::kReference ? metrics.agreement : metrics.metric;
    if (!place) place = MetricValue{measured.info, measured.value};
  }
  if (!metrics.metric || !result.reference) return metrics;
  const auto& [info, value] = *metrics.metric;
  if (const auto* reference = result.reference->metric(info.name))
    metrics.drop = info.loss(reference->value, value);
  return metrics;
}

JobMetrics metrics_of(const BenchResult& result) {
  if (result.rows.empty()) return {};
  const Latency& last = result.rows.back().latency;
  return {.latency_ms = last.median_ms, .batch = last.batch};
}

JobMetrics metrics_of(const std::vector<GateResult>& gates) { return {.failed_gates = failed(gates)}; }

/// Nothing where the text is not what the job prints.
template <class Read>
JobMetrics metrics_from(const std::string& result_json, Read read) {
  try {
    return metrics_of(read(result_json));
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

JobMetrics quantization_metrics(const std::string& result_json) {
  try {
    return metrics_of(read_report_text(result_json, "result"));
  } catch (const Error&) {
    return comparison_metrics(result_json);  // gates are told in any case
  }
}

JobMetrics training_metrics(const std::string& result_json) {
  return metrics_from(result_json, read_train_json);
}

JobMetrics evaluation_metrics(const std::string& result_json) {
  return metrics_from(result_json, read_eval_json);
}

JobMetrics bench_metrics(const std::string& result_json) {
  return metrics_from(result_json, read_bench_json);
}

JobMetrics comparison_metrics(const std::string& result_json) {
  return metrics_from(result_json, read_compare_gates);
}

}  // namespace qtool
