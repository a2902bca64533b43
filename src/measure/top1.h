#pragma once
#include "measure/metric.h"

namespace qtool {

/// Share of the samples whose label is the class of the largest output, in percent.
[[nodiscard]] std::unique_ptr<Metric> make_top1(const std::string& where);

}  // namespace qtool
