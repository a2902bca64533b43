#include "job/road/training_verdict.h"

#include <algorithm>
#include <cmath>

#include "report/markdown_table.h"

namespace qtool {
namespace {

constexpr double kLostSqnr = 3;

double variance_of_share(double share, int64_t samples) {
  return share * (1 - share) / double(std::max<int64_t>(samples, 1));
}

/// What was lost, for people; empty where nothing clearly was.
std::string loss_of(const Rung& before, const Rung& after, int64_t samples) {
  if (before.top1 && after.top1) {
    const double noise = variance_of_share(*before.top1, samples) + variance_of_share(*after.top1, samples);
    if (*before.top1 - *after.top1 <= 2 * std::sqrt(noise)) return "";
    return "top-1 " + percent(*before.top1) + " before it, " + percent(*after.top1) + " after";
  }
  if (!before.sqnr_db || !after.sqnr_db || !(*after.sqnr_db < *before.sqnr_db - kLostSqnr)) return "";
  return "SQNR " + fixed(*before.sqnr_db, 1) + " dB before it, " + fixed(*after.sqnr_db, 1) + " dB after";
}

}  // namespace

std::optional<std::string> training_verdict(const ReportAccuracy& accuracy) {
  const auto before = std::find_if(accuracy.ladder.begin(), accuracy.ladder.end(),
                                   [](const Rung& rung) { return rung.name == "ptq"; });
  if (before == accuracy.ladder.end()) return std::nullopt;
  const auto loss = loss_of(*before, accuracy.ladder.back(), accuracy.samples);
  if (loss.empty()) return std::nullopt;
  return "training made the model worse (" + loss +
         "): lower --learning-rate, give more training data or more epochs, or take what `qtool ptq` makes";
}

}  // namespace qtool
