#include "measure/resampled_metric.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "measure/resampling.h"

namespace qtool {
namespace {

std::vector<at::Tensor> rows_of(const std::vector<at::Tensor>& tensors, const at::Tensor& rows) {
  std::vector<at::Tensor> picked;
  for (const auto& tensor : tensors) picked.push_back(tensor.index_select(0, rows.to(tensor.device())));
  return picked;
}

class Resampled : public Metric {
 public:
  Resampled(const MetricKind& kind, const std::string& where) : whole_(kind.make(where)) {
    for (size_t i = 0; i < kReplicas; ++i) replicas_.push_back(kind.make(where));
  }

  void add(const Answers& batch) override {
    whole_->add(batch);
    const int64_t samples = batch.targets.at(0).dim() > 0 ? batch.targets[0].size(0) : 0;
    const auto has_rows = [&](const at::Tensor& tensor) {
      return tensor.dim() > 0 && tensor.size(0) == samples;
    };
    for (const auto* tensors : {&batch.outputs, &batch.targets})
      if (!std::all_of(tensors->begin(), tensors->end(), has_rows)) replicas_.clear();
    if (!replicas_.empty()) add_to_replicas(batch, samples);
  }
  [[nodiscard]] double value() const override { return whole_->value(); }
  [[nodiscard]] std::vector<double> samples() const override { return whole_->samples(); }
  [[nodiscard]] std::optional<std::string> warning() const override { return whole_->warning(); }
  [[nodiscard]] std::vector<double> replicas() const override {
    std::vector<double> values;
    for (const auto& replica : replicas_) values.push_back(replica->value());
    return values;
  }

 private:
  void add_to_replicas(const Answers& batch, int64_t samples) {
    std::vector<std::vector<int64_t>> rows(kReplicas);
    for (int64_t row = 0; row < samples; ++row) {
      const auto times = times_drawn(seen_++);
      for (size_t i = 0; i < kReplicas; ++i) rows[i].insert(rows[i].end(), size_t(times[i]), row);
    }
    for (size_t i = 0; i < kReplicas; ++i) {
      if (rows[i].empty()) continue;
      const at::Tensor index = at::tensor(rows[i], at::kLong);
      replicas_[i]->add({rows_of(batch.outputs, index), rows_of(batch.targets, index), {}});
    }
  }

  std::unique_ptr<Metric> whole_;
  std::vector<std::unique_ptr<Metric>> replicas_;
  int64_t seen_ = 0;
};

}  // namespace

std::unique_ptr<Metric> make_resampled(const MetricKind& kind, const std::string& where) {
  return std::make_unique<Resampled>(kind, where);
}

}  // namespace qtool
