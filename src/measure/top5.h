#pragma once
#include "measure/metric.h"

namespace qtool {

/// Share of the samples whose label is among the classes of the five largest outputs, in percent.
[[nodiscard]] std::unique_ptr<Metric> make_top5(const std::string& where);

}  // namespace qtool
