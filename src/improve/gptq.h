#pragma once
#include <ATen/core/Tensor.h>

#include "grid/qparams.h"
#include "improve/improvement.h"

namespace qtool {

/// Rows that lie on a grid.
struct RoundedRows {
  at::Tensor rows;
  QParams grid;
};

/// Rounds the columns of `rows` float32 [K, n] one after the other onto `grid` (per channel along axis 0, in groups, or
/// per tensor), and puts the error of each on the columns that are still to come, as the inputs' second moments allow:
/// `moments` float64 [n, n] is the sum of x x^T. Columns with the largest moments come first. In groups, the group with
/// the largest moments comes first, its columns one after the other; when it is reached its scales are solved again
/// from what its columns are by then.
///
/// Source: Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers",
/// arXiv:2210.17323, algorithm 1, with its dampening of 1 %; the order is that of its authors' --act-order, their
/// scales of groups are found when a group is reached, too. That whole groups are put in order, so that a group stays
/// side by side in the weight, is ours.
[[nodiscard]] RoundedRows gptq_round(const at::Tensor& rows, const at::Tensor& moments, const QParams& grid);

/// The row of the table: rounds linear layers and convolutions (as linear layers of unfolded inputs), on the inputs
/// that the layers before them, rounded already, give. Scales stay as they are, but for those of groups. Layers with
/// more than 8192 inputs, and transposed convolutions, are left alone.
[[nodiscard]] Attempt round_by_gptq(const Solution& solution, const Evidence& evidence);

}  // namespace qtool
