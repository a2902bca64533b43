#include "job/road/training_verdict.h"

#include <algorithm>
#include <cmath>

#include "report/job/metric_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

constexpr double kLostSqnr = 3;

/// Of a share in percent.
double variance_of_share(double percent, int64_t samples) {
  return percent * (100 - percent) / double(std::max<int64_t>(samples, 1));
}

/// What was lost, for people; empty where nothing clearly was.
std::string loss_of(const Rung& before, const Rung& after, const MetricInfo* metric, int64_t samples) {
  const auto was = metric ? before.value(metric->name) : std::nullopt;
  const auto is = metric ? after.value(metric->name) : std::nullopt;
  if (was && is && metric->unit == "%") {
    const double noise = variance_of_share(*was, samples) + variance_of_share(*is, samples);
    if (metric->loss(*was, *is) <= 2 * std::sqrt(noise)) return "";
    return metric->title + " " + metric_text(*metric, was) + " before it, " + metric_text(*metric, is) +
           " after";
  }
  if (!before.sqnr_db || !after.sqnr_db || !(*after.sqnr_db < *before.sqnr_db - kLostSqnr)) return "";
  return "SQNR " + fixed(*before.sqnr_db, 1) + " dB before it, " + fixed(*after.sqnr_db, 1) + " dB after";
}

}  // namespace

std::optional<std::string> training_verdict(const ReportAccuracy& accuracy) {
  const auto before = std::find_if(accuracy.ladder.begin(), accuracy.ladder.end(),
                                   [](const Rung& rung) { return rung.name == "ptq"; });
  if (before == accuracy.ladder.end()) return std::nullopt;
  const auto loss = loss_of(*before, accuracy.ladder.back(), accuracy.metric(), accuracy.samples);
  if (loss.empty()) return std::nullopt;
  return "training made the model worse (" + loss +
         "): lower --learning-rate, give more training data or more epochs, or take what `qtool ptq` makes";
}

}  // namespace qtool
