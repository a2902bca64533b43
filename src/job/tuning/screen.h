#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "base/progress.h"
#include "graph/model.h"
#include "job/input/job_data.h"
#include "job/options/tune_options.h"
#include "job/tuning/measured_drop.h"

namespace qtool {

/// Judges simulated models on the first of the samples that verification takes. The float model runs once: its answers
/// are kept as far as kRememberedBytes reach.
class Screen {
 public:
  Screen(Model& float_model, const TuneOptions& options, JobData& data)
      : float_model_(float_model), options_(options), data_(data) {}
  [[nodiscard]] MeasuredDrop run(Model& simulated, Progress& progress);

 private:
  std::vector<at::Tensor> answer_of_float(size_t batch, const std::vector<at::Tensor>& inputs);

  Model& float_model_;
  const TuneOptions& options_;
  JobData& data_;
  std::vector<std::vector<at::Tensor>> answers_;
  int64_t bytes_ = 0;
};

}  // namespace qtool
