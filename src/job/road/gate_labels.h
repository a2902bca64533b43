#pragma once
#include "graph/model.h"
#include "job/input/job_data.h"
#include "job/options/quantize_options.h"

namespace qtool {

/// Opens the data that accuracy is measured on, before any work is done. Throws Error(kUsage) where a gate asks for
/// accuracy and the data has no labels, and whatever opening the data throws.
void check_gates_have_labels(const QuantizeOptions& options, JobData& data);

/// Runs the float model on the first batch that accuracy is measured on, where a metric is chosen or a gate asks for
/// one. Throws Error(kUsage) where the chosen one, or any, cannot judge the model.
void check_metrics_apply(const QuantizeOptions& options, JobData& data, Model& model);

}  // namespace qtool
