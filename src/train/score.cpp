#include "train/score.h"

#include <cmath>

#include "measure/chosen_metric.h"
#include "measure/resampling.h"

namespace qtool {

MetricInfo score_info(const std::string& name) {
  for (const auto& kind : metrics())
    if (kind.info.name == name) return kind.info;
  return {.name = "score", .title = "score", .unit = "%", .against = Against::kReference};
}

void ScoreMeter::choose(const Answers& first) {
  chosen_ = true;
  for (const MetricKind* kind : metrics_for(first, wanted_)) {
    // Without a teacher there is nothing else, and the metric says what is wrong with the outputs.
    if (!first.reference.empty() && !can_judge(*kind, first)) continue;
    info_ = kind->info;
    metric_ = kind->make(where_);
    return;
  }
}

void ScoreMeter::add(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& targets,
                     const std::vector<at::Tensor>& teacher) {
  const Answers answers{outputs, targets, teacher};
  if (!chosen_) choose(answers);
  if (metric_)
    metric_->add(answers);
  else
    error_.add(teacher, outputs);
}

double ScoreMeter::score() const {
  return metric_ ? metric_->value() : (1 - std::pow(10, -error_.agreement().sqnr_db / 10)) * 100;
}

double ScoreMeter::standard_error() const {
  if (!metric_) return 0;
  const auto samples = metric_->samples();
  if (samples.empty()) return deviation_of(metric_->replicas());
  const double mean = score();
  double squares = 0;
  for (const double value : samples) squares += (value - mean) * (value - mean);
  return std::sqrt(squares) / double(samples.size());
}

}  // namespace qtool
