#pragma once
#include <vector>

#include "measure/metric.h"
#include "measure/resampling.h"

namespace qtool {

/// A metric that is a function of sums over all samples, such as counts for each class: no mean of what each sample is
/// worth.
class MetricOfSums : public Metric {
 public:
  [[nodiscard]] double value() const override { return value_of(sums_); }
  [[nodiscard]] std::vector<double> replicas() const override;

 protected:
  struct Part {
    size_t sum;  ///< index of the one that is added to
    double amount;
  };
  void add_sample(const std::vector<Part>& parts);
  [[nodiscard]] int64_t seen() const { return seen_; }
  /// `sums` may end early: what nothing was added to is 0.
  [[nodiscard]] virtual double value_of(const std::vector<double>& sums) const = 0;

 private:
  std::vector<double> sums_;
  std::vector<std::vector<double>> replicas_ = std::vector<std::vector<double>>(kReplicas);
  int64_t seen_ = 0;
};

}  // namespace qtool
