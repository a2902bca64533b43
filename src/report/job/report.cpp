#include "report/job/report.h"

#include <algorithm>

namespace qtool {

std::optional<double> Rung::worst_channel_db() const {
  std::optional<double> worst;
  for (const auto& output : outputs)
    if (output.worst_sqnr_db && (!worst || *output.worst_sqnr_db < *worst)) worst = output.worst_sqnr_db;
  return worst;
}

bool has_classes(const ReportAccuracy& accuracy) {
  return std::any_of(accuracy.ladder.begin(), accuracy.ladder.end(),
                     [](const Rung& rung) { return rung.top1 || rung.agreement; });
}

const Rung* Report::rung(const std::string& name) const {
  const auto found = std::find_if(accuracy.ladder.begin(), accuracy.ladder.end(),
                                  [&](const Rung& rung) { return rung.name == name; });
  return found == accuracy.ladder.end() ? nullptr : &*found;
}

}  // namespace qtool
