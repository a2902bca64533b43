#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "measure/agreement.h"
#include "measure/chosen_metric.h"
#include "train/target_loss.h"

namespace qtool {

/// The metric of this name, which may be the chosen one; a score in percent where there is none.
[[nodiscard]] MetricInfo score_info(const std::string& name, const MetricChoice& chosen = {});

/// How good a model's answers are over some batches, by the metric that is named, else by the first that judges them;
/// where there is something else by one that the model's outputs are made for. What else there is, where none is: with
/// a teacher 1 - |teacher - model|^2 / |teacher|^2 in percent, else the mean loss over samples. Which it is follows
/// from the first batch.
class ScoreMeter {
 public:
  /// `where` names data and place in errors; `chosen` is the metric to take, where there is one, and `loss` what a
  /// model without metric and teacher is judged by.
  explicit ScoreMeter(std::string where, MetricChoice chosen = {}, std::optional<TargetLoss> loss = {})
      : where_(std::move(where)), wanted_(std::move(chosen)), loss_(std::move(loss)) {}
  /// The outputs for one batch; the data's targets or none, the teacher's outputs or none. Throws Error(kUsage)
  /// for labels out of range, for outputs that neither labels nor a teacher can judge, and for a metric that does not
  /// apply.
  void add(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& targets,
           const std::vector<at::Tensor>& teacher);
  [[nodiscard]] double score() const;  ///< of the samples seen, in the metric's unit
  /// Of what the score speaks; before the first batch of a score in percent.
  [[nodiscard]] const MetricInfo& info() const { return info_; }
  /// Of the score, over samples like these; 0 where the metric has neither samples nor replicas.
  [[nodiscard]] double standard_error() const;

 private:
  void choose(const Answers& first);
  void add_loss(const Answers& answers);

  std::string where_;
  MetricChoice wanted_;
  std::optional<TargetLoss> loss_;
  double loss_sum_ = 0, samples_ = 0;  ///< where it is the loss
  MetricInfo info_ = score_info("");
  std::unique_ptr<Metric> metric_;  ///< null: by the error of the outputs
  AgreementMeter error_;
  bool chosen_ = false, by_loss_ = false;
};

}  // namespace qtool
