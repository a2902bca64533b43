#include "report/job/target_table.h"

#include <algorithm>

#include "report/job/metric_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string latency_text(const ReportTiming& timing, const std::string& rung) {
  const auto found = std::find_if(timing.files_ms.begin(), timing.files_ms.end(),
                                  [&](const auto& entry) { return entry.first == rung; });
  return found == timing.files_ms.end() ? "-" : fixed(found->second, 2) + " ms";
}

std::vector<const MetricInfo*> shown_metrics(const ReportAccuracy& accuracy) {
  std::vector<const MetricInfo*> shown;
  for (const MetricInfo* metric : {accuracy.metric(), accuracy.agreement()})
    if (metric) shown.push_back(metric);
  return shown;
}

}  // namespace

std::string off_by_text(const SimulatedVsInt8& difference) {
  if (difference.max_steps == 0 && difference.max_difference > 0)
    return short_number(difference.max_difference);
  return std::to_string(difference.max_steps) + (difference.max_steps == 1 ? " step" : " steps");
}

std::vector<std::vector<std::string>> target_table(const Report& report) {
  if (report.targets.size() < 2) return {};
  const auto metrics = shown_metrics(report.accuracy);
  std::vector<std::vector<std::string>> rows = {{"file", "run by", "size"}};
  for (const auto* metric : metrics) rows[0].push_back(metric_title(*metric));
  rows[0].insert(rows[0].end(), {"from simulated", "a batch"});
  for (const auto& target : report.targets) {
    const Rung* rung = report.rung(target.rung);
    auto& row = rows.emplace_back();
    row = {target.file, target.runtime.empty() ? "nothing here" : target.runtime, bytes_text(target.bytes)};
    for (const auto* metric : metrics)
      row.push_back(rung ? metric_text(*metric, rung->value(metric->name)) : "-");
    row.push_back(target.simulated ? off_by_text(*target.simulated) : "-");
    row.push_back(latency_text(report.timing, target.rung));
  }
  return rows;
}

}  // namespace qtool
