#pragma once
#include <memory>
#include <string>

#include "measure/metric.h"

namespace qtool {

/// A row for a TorchScript file of the user's. Its module has `higher_is_better: bool`, perhaps `title: str` and `unit:
/// str`, and one of
///
///     update(self, outputs, targets), compute(self) -> a number      its state is that of the file for each run
///     forward(self, outputs, targets) -> Tensor [samples]            a value for each sample
///
/// where outputs and targets are each a Tensor or a List[Tensor]. Throws Error(kUsage) where the file is none that
/// read_user_module() reads, or has something else.
[[nodiscard]] std::shared_ptr<const MetricKind> user_metric(const std::string& path);

}  // namespace qtool
