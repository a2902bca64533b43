#include "report/job/report.h"

#include <algorithm>
#include <cmath>

namespace qtool {

std::optional<double> Rung::worst_channel_db() const {
  std::optional<double> worst;
  for (const auto& output : outputs)
    if (output.worst_sqnr_db && (!worst || *output.worst_sqnr_db < *worst)) worst = output.worst_sqnr_db;
  return worst;
}

std::optional<double> Rung::value(const std::string& metric) const {
  const auto found = values.find(metric);
  return found == values.end() || std::isnan(found->second) ? std::nullopt : std::optional(found->second);
}

const MetricInfo* ReportAccuracy::metric() const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [](const MetricInfo& info) { return info.against != Against::kReference; });
  return found == metrics.end() ? nullptr : &*found;
}

const MetricInfo* ReportAccuracy::agreement() const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [](const MetricInfo& info) { return info.against == Against::kReference; });
  return found == metrics.end() ? nullptr : &*found;
}

const Rung* Report::rung(const std::string& name) const {
  const auto found = std::find_if(accuracy.ladder.begin(), accuracy.ladder.end(),
                                  [&](const Rung& rung) { return rung.name == name; });
  return found == accuracy.ladder.end() ? nullptr : &*found;
}

}  // namespace qtool
