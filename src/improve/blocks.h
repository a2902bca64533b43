#pragma once
#include <string>
#include <vector>

#include "graph/parts.h"
#include "solve/solution.h"

namespace qtool {

/// Where a solution's model is cut into blocks that are reconstructed one after the other: where one tensor holds all
/// that layers have made, which is between residual blocks, and between layers where nothing goes around them. Each
/// block has a quantized layer. Where no such place comes for long, one with more tensors will do.
///
/// Source: Li et al., "BRECQ: Pushing the Limit of Post-Training Quantization by Block Reconstruction",
/// arXiv:2102.05426.
[[nodiscard]] std::vector<std::string> block_ends(const QuantPlan& plan, const std::vector<CutPlace>& places);

/// Whether what is made before the place is finished after it, by the same kernel.
[[nodiscard]] bool splits_kernel(const QuantPlan& plan, const CutPlace& place);

/// A solution of a part of another one's model.
struct PartialSolution {
  Solution solution;
  std::vector<size_t> sites = {};                      ///< where its plan's sites stand in the whole plan
  std::vector<std::string> inputs = {}, outputs = {};  ///< see ModelPart
};

/// The part with what `whole` says of its operators and values. Shares tensors with it.
[[nodiscard]] PartialSolution part_of(const Solution& whole, ModelPart part);

}  // namespace qtool
