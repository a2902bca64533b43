#pragma once
#include <map>
#include <string>

#include "graph/layer_tensors.h"
#include "improve/block_walk.h"
#include "improve/improvement.h"

namespace qtool {

struct LearnedRoundingOptions {
  int64_t steps = 400;          ///< of Adam, for each block
  double rounding_rate = 1e-2;  ///< of Adam, for the direction in which each weight is rounded
  double scale_rate = 1e-2;     ///< for the scales of weights, as a share of them
  double bias_rate = 1e-3;      ///< for biases, as a share of the deviation of the block's outputs
  double range_rate = 5e-3;     ///< for the scales of activations, as a share of them
  double sharpness = 1;         ///< weight of the term that drives each weight to one of its two neighbours
  double dropped = 0.5;         ///< share of activations that are left as the float model has them
  uint64_t seed = 1;
};

/// Learns for each weight of a block whether it is rounded up or down, together with the scales of the weights, the
/// biases, and the scales of activations of 4 bits or fewer, so that the block's outputs come nearest to the float
/// model's. The weights are then values of their grids, to which everything that rounds them rounds them again. A block
/// that has not become better stays as it was.
///
/// Sources: Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization" (AdaRound), arXiv:2004.10568:
/// rectified sigmoids and their regulariser. Li et al. (BRECQ), arXiv:2102.05426: blocks. Wei et al., "QDrop: Randomly
/// Dropping Quantization for Extremely Low-bit Post-Training Quantization", arXiv:2203.05740: dropped activations.
/// Scales and biases are learned beside them, which none of the three does.
///
/// `layers`: those that may be changed, with the tensors that the block's model has.
void learn_rounding_of_block(Solution& block, const std::map<std::string, LayerTensors>& layers,
                             const BlockSamples& samples, const LearnedRoundingOptions& options,
                             Progress& progress);

/// All blocks, one after the other.
[[nodiscard]] Attempt learn_rounding_by_blocks(const Solution& solution, const Evidence& evidence,
                                               const WalkOptions& walk,
                                               const LearnedRoundingOptions& options);
/// The row of the table.
[[nodiscard]] Attempt learn_rounding(const Solution& solution, const Evidence& evidence);

}  // namespace qtool
