#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "export/target.h"
#include "job/files/staging_folder.h"
#include "run/runtime_model.h"
#include "solve/solution.h"

namespace qtool {

/// A stretch of a solution's model, with what it reads.
struct Region {
  Solution solution;                ///< of the stretch
  std::vector<at::Tensor> inputs;   ///< as the float model makes them
  std::vector<std::string> layers;  ///< its int8 layers
  int64_t batch = 1;                ///< samples in the inputs
};

/// Cuts the model where values are float on both sides, so that nothing is quantized for the cut. Stretches without
/// int8 layers are left out. `sample`: inputs of the whole model.
[[nodiscard]] std::vector<Region> float_bounded_regions(const Solution& solution,
                                                        const std::vector<at::Tensor>& sample);

/// Cuts the model wherever one tensor holds all that was made, also within int8, where a stretch gets the step to the
/// grid of what it reads. `sample`: a batch of inputs of the whole model.
[[nodiscard]] std::vector<Region> layer_regions(const Solution& solution,
                                                const std::vector<at::Tensor>& sample);

/// The region as the target's file has it. `staging`: for files that do not stay.
[[nodiscard]] std::unique_ptr<RuntimeModel> as_client_runs(const Region& region, const Target& target,
                                                           const StagingFolder& staging);

}  // namespace qtool
