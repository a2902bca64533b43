#pragma once
#include <string>
#include <vector>

#include "measure/metric.h"

namespace qtool {

/// One line for people, with the names that are there; `role` says what the metric is for.
[[nodiscard]] std::string help_of_metric(const std::string& role);

/// Throws Error(kUsage) where the name is not empty, and of no metric that needs no other model.
void check_metric_name(const std::string& name);

/// The rows that apply, by the answers to a first batch: first the one that is called `chosen`, where that is not
/// empty, then the others that need not be asked for by name, in the order of their table. Throws Error(kUsage) where
/// the chosen one cannot judge such a model on such data, and as check_metric_name() does.
[[nodiscard]] std::vector<const MetricKind*> metrics_for(const Answers& first, const std::string& chosen);

}  // namespace qtool
