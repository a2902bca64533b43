#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "graph/layer_tensors.h"
#include "improve/improvement.h"
#include "solve/solution.h"

namespace qtool {

/// What goes into a block and what should come out, of all samples at once [N, ...].
struct BlockSamples {
  std::vector<at::Tensor> reference = {};  ///< what the float model puts in
  std::vector<at::Tensor> quantized = {};  ///< what the blocks before it, quantized, put in
  std::vector<at::Tensor> targets = {};    ///< what the float model makes of `reference`
  int64_t batch = 1;                       ///< samples that go through the model at once
  bool any_batch = true;                   ///< whether fewer may
  int64_t count = 0;                       ///< N, a multiple of `batch`
  int64_t index = 0, blocks = 1;           ///< which block it is, of how many
};

/// All samples through a block, batch by batch.
[[nodiscard]] std::vector<at::Tensor> run_all(Model& block, const std::vector<at::Tensor>& inputs,
                                              int64_t batch);
/// Sum of squared differences of all samples, over that of the targets from their mean.
[[nodiscard]] double relative_error(const std::vector<at::Tensor>& outputs,
                                    const std::vector<at::Tensor>& targets);

/// Changes the weights of a block's model in place, and its grids.
using FitBlock = std::function<void(Solution& block, const BlockSamples& samples)>;

struct WalkOptions {
  int64_t samples = 1024;  ///< at most
  int64_t batch = 32;      ///< samples at once, where the model takes any number
  int64_t memory =
      int64_t(1) << 30;  ///< bytes for the values between blocks; fewer samples where they need more
};

/// Goes through the blocks of `solution`, whose tensors are its own, and lets `fit` change each. The inputs of each are
/// what the changed blocks before it give; what lies between two blocks is held in memory. The progress tells how many
/// samples that are, and how much memory they take at most.
void walk_blocks(Solution& solution, const Evidence& evidence, const WalkOptions& options,
                 const FitBlock& fit);

/// Changes the weights of a block in place, those of `layers` (graph/layer_tensors.h), and its grids.
using FitLayers = std::function<void(Solution& block, const std::map<std::string, LayerTensors>& layers,
                                     const BlockSamples& samples)>;
/// Walks through the blocks of a copy of `solution` that has the weights of evidence.reference.
[[nodiscard]] Attempt fit_blocks(const Solution& solution, const Evidence& evidence,
                                 const WalkOptions& options, const FitLayers& fit);

}  // namespace qtool
