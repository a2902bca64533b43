#pragma once
#include <memory>
#include <string>

#include "measure/metric.h"

namespace qtool {

/// A metric of this kind whose replicas() are other objects of it: each is given the samples of its data set
/// (resampling.h). Where outputs or targets have not a row for each sample, there are none.
[[nodiscard]] std::unique_ptr<Metric> make_resampled(const MetricKind& kind, const std::string& where);

}  // namespace qtool
