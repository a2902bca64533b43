#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/metric_info.h"

namespace qtool {

/// What a model says of one batch, and what that is held against.
struct Answers {
  const std::vector<at::Tensor>& outputs;
  const std::vector<at::Tensor>& targets;  ///< Batch::targets; empty where the data has none
  const std::vector<at::Tensor>&
      reference;  ///< outputs of the model to compare with; empty where there is none
};

/// Says how good a model is in one number, batch after batch.
class Metric {
 public:
  virtual ~Metric() = default;
  /// Throws Error(kUsage) where outputs and targets do not belong together.
  virtual void add(const Answers& batch) = 0;
  /// Of all that was added, in the metric's unit; NaN where that has no value.
  [[nodiscard]] virtual double value() const = 0;
  /// One value for each sample, in order, of which value() is the mean: what changes them can be told from noise. Empty
  /// where the metric is no mean over samples.
  [[nodiscard]] virtual std::vector<double> samples() const { return {}; }
  /// Where samples() is empty: value() of each of kReplicas data sets that are drawn from the samples (resampling.h).
  /// Empty where the metric does not know them.
  [[nodiscard]] virtual std::vector<double> replicas() const { return {}; }
  /// What of the targets looks wrong.
  [[nodiscard]] virtual std::optional<std::string> warning() const { return std::nullopt; }
};

/// A metric that has a value for each sample.
class MeanOfSamples : public Metric {
 public:
  [[nodiscard]] double value() const override;
  [[nodiscard]] std::vector<double> samples() const override { return samples_; }

 protected:
  void add_sample(double value) { samples_.push_back(value); }
  [[nodiscard]] int64_t seen() const { return int64_t(samples_.size()); }

 private:
  std::vector<double> samples_;
};

[[nodiscard]] double mean_of(const std::vector<double>& values);  ///< NaN of nothing

/// When a metric that applies is computed.
enum class Asked { kAlways, kByName };

/// A row of the table of metrics.
struct MetricKind {
  MetricInfo info;
  /// `where` names the model or the data in errors.
  std::function<std::unique_ptr<Metric>(const std::string& where)> make = {};
  /// Whether it can be computed of answers like these, which have what `info.against` says; null: always.
  bool (*fits)(const Answers& answers) = nullptr;
  const char* needs = "";  ///< what `fits` asks for, for messages
  Asked asked = Asked::kAlways;
  bool resampled = false;  ///< whether it needs make_resampled() for replicas
};

/// The table: the first that applies is the one that gates and headlines speak of.
[[nodiscard]] std::span<const MetricKind> metrics();

/// Whether the metric can be computed, by the answers to a first batch.
[[nodiscard]] bool applies(const MetricKind& kind, const Answers& answers);

/// Whether it also says something of such a model: what counts labels needs a number for each class.
[[nodiscard]] bool can_judge(const MetricKind& kind, const Answers& answers);

}  // namespace qtool
