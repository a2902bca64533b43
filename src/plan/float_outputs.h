#pragma once
#include <set>

#include "plan/plan.h"

namespace qtool {

/// Takes the grids of layers away that no int8 kernel reads, with what only moves or clips their values: such a layer
/// gives float32.
void drop_grids_of_float_readers(QuantPlan& plan);

/// Grids that a kernel reads. What only hands its input's grid on reads nothing; the input of a fused activation has no
/// grid.
[[nodiscard]] std::set<size_t> grids_that_kernels_read(const QuantPlan& plan);

}  // namespace qtool
