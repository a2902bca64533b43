#pragma once
#include <memory>
#include <string>
#include <vector>

#include "measure/agreement.h"
#include "measure/metric.h"

namespace qtool {

/// The metric of this name; a score in percent where there is none.
[[nodiscard]] MetricInfo score_info(const std::string& name);

/// How good a model's answers are over some batches, by the metric that is named, else by the first that judges them;
/// where there is a teacher by one that the model's outputs are made for, and where there is none against the teacher
/// 1 - |teacher - model|^2 / |teacher|^2, in percent. Which it is follows from the first batch.
class ScoreMeter {
 public:
  /// `where` names data and place in errors; `metric` the one to take, or it is empty.
  explicit ScoreMeter(std::string where, std::string metric = "")
      : where_(std::move(where)), wanted_(std::move(metric)) {}
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

  std::string where_, wanted_;
  MetricInfo info_ = score_info("");
  std::unique_ptr<Metric> metric_;  ///< null: by the error of the outputs
  AgreementMeter error_;
  bool chosen_ = false;
};

}  // namespace qtool
