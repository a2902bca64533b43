#include "train/score.h"

#include <cmath>

#include "train/loss.h"

namespace qtool {

void ScoreMeter::add(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& targets,
                     const std::vector<at::Tensor>& teacher) {
  logits_ = is_logits(outputs.at(0));
  against_labels_ = !targets.empty() && (logits_ || teacher.empty());
  if (against_labels_)
    accuracy_.add(outputs[0], targets[0]);
  else
    agreement_.add(teacher, outputs);
}

double ScoreMeter::score() const {
  if (against_labels_) return accuracy_.accuracy().top1();
  const Agreement agreement = agreement_.agreement();
  return logits_ ? agreement.same().value() : 1 - std::pow(10, -agreement.sqnr_db / 10);
}

double ScoreMeter::standard_error() const {
  if (!is_top1()) return 0;
  const int64_t samples = against_labels_ ? accuracy_.accuracy().samples : agreement_.agreement().samples;
  return std::sqrt(score() * (1 - score()) / double(samples));
}

}  // namespace qtool
