#pragma once
#include "measure/metric.h"

namespace qtool {

/// Share of the samples whose largest output is the reference's, in percent.
[[nodiscard]] std::unique_ptr<Metric> make_same_top1(const std::string& where);

/// Whether the reference has a top-1: its first output is a number for each class.
[[nodiscard]] bool has_same_top1(const Answers& answers);

}  // namespace qtool
