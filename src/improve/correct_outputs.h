#pragma once
#include "improve/improvement.h"

namespace qtool {

/// What is mended of a layer's outputs.
enum class Correction {
  kMean,             ///< by its bias
  kMeanAndDeviation  ///< by its bias and the scales of its weight
};

/// Makes the outputs of each layer, channel by channel, have the mean (and the standard deviation) in the simulated
/// model that they have in the reference. Layers are gone through in the order in which they run, each with those
/// before it mended, in one pass over a few batches: while a batch runs, what is known of a layer so far is put right
/// in its outputs before the next layer reads them.
///
/// A factor multiplies the channel's weights and their scale alike, so the integers stay as they are; where channels
/// share a scale there is no factor.
[[nodiscard]] Attempt correct_outputs(const Solution& solution, const Evidence& evidence,
                                      Correction correction);

}  // namespace qtool
