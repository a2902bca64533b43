#pragma once
#include "improve/block_walk.h"
#include "simulate/simulate.h"
#include "solve/solution.h"

namespace qtool {

/// Of the simulated solution against the model, relative.
[[nodiscard]] inline double simulated_error(const Solution& solution, const Model& model,
                                            const at::Tensor& x) {
  return relative_error(simulate(solution).forward({x}), model.shared().forward({x}));
}

}  // namespace qtool
