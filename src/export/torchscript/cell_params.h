#pragma once
#include <ATen/core/Tensor.h>

#include <string>

#include "export/lowering/stored_state.h"
#include "grid/qparams.h"

namespace qtool {

/// What one direction of one layer of an LSTM or GRU reads. Undefined biases are zeros.
struct Cell {
  at::Tensor weight_ih, weight_hh, bias_ih, bias_hh;
  QParams qparams_ih, qparams_hh;
};

/// The cell as a file holds it, at the bits of its weights, and packs it when it is loaded: forward() reads
/// `cell_params` of it, at `path`. Throws Error(kUnquantizable), for the operator `where`, where the engine in use
/// refuses it.
[[nodiscard]] StoredState stored_cell(const std::string& path, const Cell& cell, bool reduce_range,
                                      const std::string& where);

}  // namespace qtool
