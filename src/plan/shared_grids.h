#pragma once
#include <string>
#include <vector>

#include "plan/plan.h"

namespace qtool {

/// A grid on which several tensors lie beside each other: that of an int8 cat or add, or of a tensor that a cat, a
/// where or a masked_fill of float tensors put together and a layer reads in int8.
struct SharedGrid {
  size_t site = 0;                    ///< index into QuantPlan::sites
  std::string join;                   ///< the operator that puts the tensors together
  std::vector<std::string> operands;  ///< their values; a where's condition is among them
  std::vector<std::string> users;     ///< operators that would have to be float to do without the grid
};

[[nodiscard]] std::vector<SharedGrid> shared_grids(const QuantPlan& plan);

}  // namespace qtool
