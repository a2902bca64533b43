#pragma once
#include <vector>

#include "graph/model.h"
#include "solve/solution.h"

namespace qtool {

/// Tells how near a solution's outputs come to the float model's, on samples that no improvement has seen.
class Judge {
 public:
  /// `held_out`: batches of inputs of the float model `canonical`, one at least.
  Judge(const Model& canonical, std::vector<std::vector<at::Tensor>> held_out);
  /// SQNR in dB of all outputs of the simulated model; NaN where they cannot be compared.
  [[nodiscard]] double sqnr_db(const Solution& solution) const;

 private:
  std::vector<std::vector<at::Tensor>> held_out_, expected_;
};

}  // namespace qtool
