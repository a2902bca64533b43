#pragma once
#include <ATen/ops/tensor.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "measure/metric.h"

namespace qtool {

[[nodiscard]] inline at::Tensor labels(std::initializer_list<int64_t> values) {
  return at::tensor(at::ArrayRef<int64_t>(values), at::kLong);
}

/// A batch of one output and one target.
inline void add(Metric& metric, const at::Tensor& output, const at::Tensor& target) {
  const std::vector<at::Tensor> outputs = {output}, targets = {target}, none;
  metric.add({outputs, targets, none});
}

/// The metric, made by `make`, of one such batch.
inline std::unique_ptr<Metric> metric_of(std::unique_ptr<Metric> (*make)(const std::string&),
                                         const at::Tensor& output, const at::Tensor& target) {
  auto metric = make("model");
  add(*metric, output, target);
  return metric;
}

}  // namespace qtool
