#pragma once
#include <string>

#include "measure/metric_of_sums.h"

namespace qtool {

/// How often a class was predicted and right, predicted and wrong, and missed.
struct ClassCount {
  double right = 0, wrong = 0, missed = 0;
};

/// The mean of a score over the classes that were predicted or are in the targets, in percent; NaN where there is none.
class MeanOfClasses : public MetricOfSums {
 protected:
  /// Of one sample: `predicted` and `targets`, classes from 0 on. A negative target does not count.
  void add_sample_of(const int64_t* predicted, const int64_t* targets, int64_t count);
  [[nodiscard]] double value_of(const std::vector<double>& sums) const override;
  [[nodiscard]] virtual double score_of(const ClassCount& count) const = 0;
};

}  // namespace qtool
