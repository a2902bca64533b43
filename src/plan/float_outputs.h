#pragma once
#include <set>

#include "plan/plan.h"

namespace qtool {

/// Takes the grids away that no int8 kernel reads: a layer gives float32 then, and anything else is in float, as is
/// what only moves or clips its values. What that leaves without a reader goes, too.
void drop_grids_of_float_readers(QuantPlan& plan);

/// Grids that a kernel reads. What only hands its input's grid on reads nothing; the input of a fused activation has no
/// grid.
[[nodiscard]] std::set<size_t> grids_that_kernels_read(const QuantPlan& plan);

}  // namespace qtool
