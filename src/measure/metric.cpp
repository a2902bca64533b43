#include "measure/metric.h"

#include <limits>
#include <numeric>

#include "measure/classes.h"

namespace qtool {

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

double MeanOfSamples::value() const { return mean_of(samples_); }

bool applies(const MetricKind& kind, const Answers& answers) {
  if (kind.info.against == Against::kReference ? answers.reference.empty() : answers.targets.empty())
    return false;
  if (kind.info.against == Against::kLabels && !are_labels(answers.targets[0])) return false;
  return !kind.fits || kind.fits(answers);
}

bool can_judge(const MetricKind& kind, const Answers& answers) {
  return applies(kind, answers) &&
         (kind.info.against != Against::kLabels || is_logits(answers.outputs.at(0)));
}

}  // namespace qtool
