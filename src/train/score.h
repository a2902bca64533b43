#pragma once
#include <optional>

#include "measure/accuracy.h"
#include "measure/agreement.h"

namespace qtool {

/// How good a model's answers are over some batches: at most 1, higher is better. Against labels the share of
/// samples whose top-1 is right. Where there are no labels, or the first output is not logits, against the teacher:
/// of logits the share with the same top-1, of other outputs 1 - |teacher - model|^2 / |teacher|^2.
class ScoreMeter {
 public:
  /// `where` names data and place in errors.
  explicit ScoreMeter(std::string where) : accuracy_(std::move(where)) {}
  /// The outputs for one batch; the data's targets or none, the teacher's outputs or none. Throws Error(kUsage)
  /// for labels out of range and for outputs that neither labels nor a teacher can judge.
  void add(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& targets,
           const std::vector<at::Tensor>& teacher);
  [[nodiscard]] double score() const;  ///< of the samples seen
  /// Whether the score is a share of samples whose top-1 is right, or the teacher's.
  [[nodiscard]] bool is_top1() const { return against_labels_ || logits_; }
  /// Of the score, over samples like these: sqrt(p (1 - p) / samples) of a share p; 0 where the score is no share.
  [[nodiscard]] double standard_error() const;

 private:
  AccuracyMeter accuracy_;
  AgreementMeter agreement_;
  bool against_labels_ = false, logits_ = false;
};

}  // namespace qtool
