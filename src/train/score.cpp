#include "train/score.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "measure/resampling.h"

namespace qtool {
namespace {

const MetricInfo& loss_info() {
  static const MetricInfo info{.name = "loss", .title = "loss", .better = Better::kLower};
  return info;
}

}  // namespace

MetricInfo score_info(const std::string& name, const MetricChoice& chosen) {
  if (chosen.get() && chosen.get()->info.name == name) return chosen.get()->info;
  for (const auto& kind : metrics())
    if (kind.info.name == name) return kind.info;
  if (name == loss_info().name) return loss_info();
  return {.name = "score", .title = "score", .unit = "%", .against = Against::kReference};
}

void ScoreMeter::choose(const Answers& first) {
  chosen_ = true;
  for (const MetricKind* kind : metrics_for(first, wanted_)) {
    // Where there is nothing else the metric says what is wrong with the outputs.
    if ((!first.reference.empty() || loss_) && !can_judge(*kind, first)) continue;
    info_ = kind->info;
    metric_ = kind->make(where_);
    return;
  }
  by_loss_ = loss_ && first.reference.empty();
  if (by_loss_) info_ = loss_info();
}

void ScoreMeter::add(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& targets,
                     const std::vector<at::Tensor>& teacher) {
  const Answers answers{outputs, targets, teacher};
  if (!chosen_) choose(answers);
  if (metric_)
    metric_->add(answers);
  else if (by_loss_)
    add_loss(answers);
  else
    error_.add(teacher, outputs);
}

void ScoreMeter::add_loss(const Answers& answers) {
  const at::NoGradGuard no_grad;
  const auto samples = double(answers.targets.at(0).size(0));
  loss_sum_ += (*loss_)(answers.outputs, answers.targets).item<double>() * samples;
  samples_ += samples;
}

double ScoreMeter::score() const {
  if (by_loss_) return loss_sum_ / samples_;
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
