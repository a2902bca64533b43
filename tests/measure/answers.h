#pragma once
#include <vector>

#include "measure/metric.h"

/// The metric, made by `make`, of one batch with one output and one target.
inline std::unique_ptr<qtool::Metric> metric_of(std::unique_ptr<qtool::Metric> (*make)(const std::string&),
                                                const at::Tensor& output, const at::Tensor& target) {
  auto metric = make("model");
  const std::vector<at::Tensor> outputs = {output}, targets = {target}, none;
  metric->add({outputs, targets, none});
  return metric;
}
