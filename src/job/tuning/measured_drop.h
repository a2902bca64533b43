#pragma once
#include <vector>

#include "measure/evaluate.h"
#include "report/job/report.h"
#include "report/tune/tune_report.h"

namespace qtool {

/// What a model lost against the float one, and of what.
struct MeasuredDrop {
  MetricInfo metric = {};
  TuneDrop drop = {};
};

/// Of the last of two that were evaluated, the float model first: of THE metric, where there are no targets for one of
/// the samples with float's top-1, and where there are no classes the error of the outputs in percent of them, as root
/// mean squares.
[[nodiscard]] MeasuredDrop measured_drop(const std::vector<Evaluation>& evaluations);

/// The same of what a job's verification found of its first file, or of the simulation where none could be run.
[[nodiscard]] MeasuredDrop measured_drop(const Report& report);

}  // namespace qtool
