#pragma once
#include <memory>
#include <string>
#include <vector>

#include "measure/metric.h"

namespace qtool {

/// What `--metric` can name: the metrics that say how good a model is, not how like another one.
[[nodiscard]] std::vector<std::string> names_of_metrics();

/// What a `--metric` field says of itself; `role` says what the metric is for.
[[nodiscard]] std::string help_of_metric(const std::string& role);

/// Whether the text is a TorchScript file of the user's, and no name.
[[nodiscard]] bool is_metric_file(const std::string& text);

/// Throws Error(kUsage) where the text is not empty, no file, and of no metric that needs no other model.
void check_metric_name(const std::string& text);

/// The metric that `--metric` asks for; none where the text is empty. Throws as check_metric_name() and user_metric()
/// do.
class MetricChoice {
 public:
  MetricChoice() = default;
  explicit MetricChoice(std::shared_ptr<const MetricKind> kind) : kind_(std::move(kind)) {}
  [[nodiscard]] const MetricKind* get() const { return kind_.get(); }

 private:
  std::shared_ptr<const MetricKind> kind_;
};
[[nodiscard]] MetricChoice choose_metric(const std::string& text);

/// The rows that apply, by the answers to a first batch: first the chosen one, where there is one, then the others that
/// need not be asked for by name, in the order of their table. They live as long as the choice. Throws Error(kUsage)
/// where the chosen one cannot judge such a model on such data.
[[nodiscard]] std::vector<const MetricKind*> metrics_for(const Answers& first, const MetricChoice& chosen);

}  // namespace qtool
