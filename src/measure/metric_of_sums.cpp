#include "measure/metric_of_sums.h"

#include <algorithm>

namespace qtool {

void MetricOfSums::add_sample(const std::vector<Part>& parts) {
  const auto times = times_drawn(seen_++);
  const auto add_to = [&](std::vector<double>& sums, double weight) {
    for (const Part& part : parts) {
      sums.resize(std::max(sums.size(), part.sum + 1));
      sums[part.sum] += weight * part.amount;
    }
  };
  add_to(sums_, 1);
  for (size_t i = 0; i < kReplicas; ++i)
    if (times[i] > 0) add_to(replicas_[i], times[i]);
}

std::vector<double> MetricOfSums::replicas() const {
  std::vector<double> values;
  for (const auto& sums : replicas_) values.push_back(value_of(sums));
  return values;
}

}  // namespace qtool
